-- Who may do what: a line for each routine, table and sequence, compared with roles.snapshot.txt by the tests. Reads
-- catalogs only. The owner may do everything. Tables: r SELECT, a INSERT, w UPDATE, d DELETE, D TRUNCATE, x REFERENCES,
-- t TRIGGER; sequences: r SELECT, w UPDATE, U USAGE.
SELECT CASE WHEN s.roles IS NULL THEN s.line ELSE rpad(s.line, 102) || ' ' || s.roles END AS line FROM (
    SELECT 1 AS part, 'schema ' || n.nspname AS line, (
        SELECT string_agg(r.role || '=' || r.rights, ' ' ORDER BY r.place)
        FROM (SELECT g.role, g.place,
                     CASE WHEN has_schema_privilege(g.name, n.oid, 'USAGE') THEN 'U' ELSE '' END
                     || CASE WHEN has_schema_privilege(g.name, n.oid, 'CREATE') THEN 'C' ELSE '' END AS rights
              FROM (VALUES (1, 'admin', 'authserver_admin'), (2, 'signer', 'authserver_signer'),
                           (3, 'forwarder', 'authserver_forwarder'), (4, 'api', 'authserver_api'),
                           (5, 'public', 'public')) g (place, role, name)) r
        WHERE r.rights <> '') AS roles
    FROM pg_namespace n WHERE n.nspname IN ('authserver', 'public')
    UNION ALL
    SELECT 2, format('%s %s.%s', CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, c.relnamespace::regnamespace, c.relname), (
        SELECT string_agg(r.role || '=' || r.rights, ' ' ORDER BY r.place)
        FROM (SELECT g.role, g.place, (
                  SELECT string_agg(p.letter, '' ORDER BY p.place)
                  FROM (VALUES (1, 'r', 'SELECT'), (2, 'a', 'INSERT'), (3, 'w', 'UPDATE'), (4, 'd', 'DELETE'), (5, 'D', 'TRUNCATE'),
                               (6, 'x', 'REFERENCES'), (7, 't', 'TRIGGER'), (8, 'U', 'USAGE')) p (place, letter, privilege)
                  WHERE CASE
                      WHEN c.relkind = 'S' AND p.privilege IN ('SELECT', 'UPDATE', 'USAGE') THEN has_sequence_privilege(g.name, c.oid, p.privilege)
                      WHEN c.relkind <> 'S' AND p.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') THEN has_any_column_privilege(g.name, c.oid, p.privilege)
                      WHEN c.relkind <> 'S' AND p.privilege <> 'USAGE' THEN has_table_privilege(g.name, c.oid, p.privilege)
                      ELSE false END) AS rights
              FROM (VALUES (1, 'admin', 'authserver_admin'), (2, 'signer', 'authserver_signer'),
                           (3, 'forwarder', 'authserver_forwarder'), (4, 'api', 'authserver_api'),
                           (5, 'public', 'public')) g (place, role, name)) r
        WHERE r.rights IS NOT NULL)
    FROM pg_class c WHERE c.relnamespace = 'authserver'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    UNION ALL
    SELECT 3, format('routine %s.%s(%s)%s', p.pronamespace::regnamespace, p.proname, oidvectortypes(p.proargtypes),
                     CASE WHEN p.prosecdef THEN ' as owner' ELSE '' END), (
        SELECT string_agg(g.role, ' ' ORDER BY g.place)
        FROM (VALUES (1, 'admin', 'authserver_admin'), (2, 'signer', 'authserver_signer'),
                     (3, 'forwarder', 'authserver_forwarder'), (4, 'api', 'authserver_api'),
                     (5, 'public', 'public')) g (place, role, name)
        WHERE has_function_privilege(g.name, p.oid, 'EXECUTE'))
    FROM pg_proc p
    WHERE p.pronamespace = 'authserver'::regnamespace
       OR (p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'authserver\_%')
    UNION ALL
    SELECT 4, 'members of authserver_' || g.name, (
        SELECT string_agg(o.rolname, ' ' ORDER BY o.rolname COLLATE "C") FROM pg_roles o
        WHERE o.rolname LIKE 'authserver\_%' AND o.rolname <> 'authserver_' || g.name
          AND pg_has_role(o.oid, 'authserver_' || g.name, 'MEMBER'))
    FROM (VALUES ('owner'), ('admin'), ('signer'), ('forwarder'), ('api')) g (name)
) s
ORDER BY s.part, s.line COLLATE "C";
