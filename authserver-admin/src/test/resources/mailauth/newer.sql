-- What newer versions of net.maurus.authserver have besides.
ALTER TABLE mailauth_domain ADD COLUMN can_use_transactional_email boolean NOT NULL DEFAULT false;
ALTER TABLE mailauth_emailalias ADD COLUMN blacklisted boolean NOT NULL DEFAULT false;
ALTER TABLE mailauth_mailinglist ADD COLUMN owner_id uuid REFERENCES mailauth_mnuser;
