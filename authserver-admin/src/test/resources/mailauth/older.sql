-- The tables of net.maurus.authserver that an import reads, as an older version has them: nobody is blacklisted,
-- owns a list, or may use the transactional relay. Written after the column list that the project was given.
CREATE TABLE mailauth_mnuser (
    uuid uuid PRIMARY KEY,
    identifier varchar(255) NOT NULL UNIQUE,
    password varchar(128) NOT NULL,
    fullname varchar(255) NOT NULL,
    delivery_mailbox_id int UNIQUE,
    pgp_key_id varchar(64) NOT NULL DEFAULT '',
    yubikey_serial varchar(64) NOT NULL DEFAULT '',
    is_staff boolean NOT NULL DEFAULT false,
    is_active boolean NOT NULL DEFAULT true,
    is_superuser boolean NOT NULL DEFAULT false,
    last_login timestamptz
);
CREATE TABLE mailauth_domain (
    id serial PRIMARY KEY,
    name varchar(255) NOT NULL UNIQUE,
    dkimselector varchar(255) NOT NULL DEFAULT 'default',
    dkimkey text NOT NULL DEFAULT '',
    jwtkey text NOT NULL DEFAULT '',
    jwt_subdomains boolean NOT NULL DEFAULT false,
    redirect_to varchar(255) NOT NULL DEFAULT ''
);
CREATE TABLE mailauth_mailinglist (
    id serial PRIMARY KEY,
    name varchar(255) NOT NULL,
    addresses varchar(255)[] NOT NULL,
    new_mailfrom varchar(255) NOT NULL DEFAULT ''
);
CREATE TABLE mailauth_emailalias (
    id serial PRIMARY KEY,
    user_id uuid REFERENCES mailauth_mnuser,
    domain_id int NOT NULL REFERENCES mailauth_domain,
    mailprefix varchar(255) NOT NULL,
    forward_to_id int REFERENCES mailauth_mailinglist,
    UNIQUE (mailprefix, domain_id)
);
ALTER TABLE mailauth_mnuser ADD FOREIGN KEY (delivery_mailbox_id) REFERENCES mailauth_emailalias;
CREATE TABLE mailauth_mnserviceuser (
    id serial PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES mailauth_mnuser,
    username varchar(64) NOT NULL,
    password varchar(128) NOT NULL,
    description varchar(255) NOT NULL DEFAULT ''
);
CREATE TABLE mailauth_mnapplicationpermission (
    id serial PRIMARY KEY,
    name varchar(255) NOT NULL,
    permission_name varchar(255) UNIQUE
);
CREATE TABLE mailauth_mngroup (
    id serial PRIMARY KEY,
    name varchar(255) NOT NULL
);
CREATE TABLE mailauth_mngroup_group_permissions (
    id serial PRIMARY KEY,
    mngroup_id int NOT NULL REFERENCES mailauth_mngroup,
    mnapplicationpermission_id int NOT NULL REFERENCES mailauth_mnapplicationpermission
);
CREATE TABLE mailauth_mnuser_app_permissions (
    id serial PRIMARY KEY,
    mnuser_id uuid NOT NULL REFERENCES mailauth_mnuser,
    mnapplicationpermission_id int NOT NULL REFERENCES mailauth_mnapplicationpermission
);
CREATE TABLE mailauth_mnuser_app_groups (
    id serial PRIMARY KEY,
    mnuser_id uuid NOT NULL REFERENCES mailauth_mnuser,
    mngroup_id int NOT NULL REFERENCES mailauth_mngroup
);
GRANT SELECT ON ALL TABLES IN SCHEMA public TO test_nobody;
