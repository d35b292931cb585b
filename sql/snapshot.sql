-- One line for each thing in the schema, in an order that does not depend on the server: compared with
-- schema.snapshot.sql by the tests. Reads catalogs only.
SELECT line FROM (
    SELECT 1 AS part, n.nspname::text AS a, '' AS b, format('SCHEMA %s OWNER %s', n.nspname, pg_get_userbyid(n.nspowner)) AS line
    FROM pg_namespace n WHERE n.nspname = 'authserver'
    UNION ALL
    SELECT 1, n.nspname, 'grant ' || coalesce(r.rolname, 'PUBLIC') || x.privilege_type,
           format('GRANT %s ON SCHEMA %s TO %s', x.privilege_type, n.nspname, coalesce(r.rolname, 'PUBLIC'))
    FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
    WHERE n.nspname = 'authserver'
       OR (n.nspname = 'public' AND (r.rolname LIKE 'authserver\_%' OR (x.grantee = 0 AND x.privilege_type = 'CREATE')))
    UNION ALL
    SELECT 2, c.relname, '', format('TABLE %s OWNER %s', c.oid::regclass, pg_get_userbyid(c.relowner))
    FROM pg_class c WHERE c.relnamespace = 'authserver'::regnamespace AND c.relkind = 'r'
    UNION ALL
    SELECT 2, c.relname, '1' || to_char(a.attnum, '000'),
           format('  COLUMN %s %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                  CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
                  CASE a.attidentity WHEN 'a' THEN ' GENERATED ALWAYS AS IDENTITY' ELSE '' END,
                  coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), ''))
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'authserver'::regnamespace AND c.relkind = 'r'
    UNION ALL
    SELECT 2, c.relname, '2' || k.conname, format('  CONSTRAINT %s %s', k.conname, pg_get_constraintdef(k.oid))
    FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid
    -- PostgreSQL 18 lists what is NOT NULL here too.
    WHERE c.relnamespace = 'authserver'::regnamespace AND k.contype IN ('c', 'f', 'p', 'u')
    UNION ALL
    SELECT 2, c.relname, '3' || i.relname, format('  %s', pg_get_indexdef(i.oid))
    FROM pg_class c JOIN pg_index x ON x.indrelid = c.oid JOIN pg_class i ON i.oid = x.indexrelid
    WHERE c.relnamespace = 'authserver'::regnamespace AND c.relkind = 'r'
    UNION ALL
    SELECT 2, c.relname, '4' || t.tgname, format('  %s', pg_get_triggerdef(t.oid))
    FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid
    WHERE c.relnamespace = 'authserver'::regnamespace AND NOT t.tgisinternal
    UNION ALL
    SELECT 2, c.relname, '5' || r.rolname || x.privilege_type, format('  GRANT %s TO %s', x.privilege_type, r.rolname)
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
    WHERE c.relnamespace = 'authserver'::regnamespace AND c.relkind = 'r' AND r.rolname <> 'authserver_owner'
    UNION ALL
    SELECT 3, p.oid::regprocedure::text, '',
           format('FUNCTION %s RETURNS %s OWNER %s%s%s SET %s SOURCE %s', p.oid::regprocedure,
                  pg_get_function_result(p.oid), pg_get_userbyid(p.proowner),
                  CASE p.provolatile WHEN 'i' THEN ' IMMUTABLE' WHEN 's' THEN ' STABLE' ELSE '' END,
                  CASE WHEN p.prosecdef THEN ' SECURITY DEFINER' ELSE '' END,
                  array_to_string(p.proconfig, '; '), md5(p.prosrc))
    FROM pg_proc p WHERE p.pronamespace = 'authserver'::regnamespace OR (p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'authserver\_%')
    UNION ALL
    SELECT 3, p.oid::regprocedure::text, coalesce(r.rolname, 'PUBLIC'), format('  GRANT EXECUTE TO %s', coalesce(r.rolname, 'PUBLIC'))
    FROM pg_proc p CROSS JOIN LATERAL aclexplode(p.proacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
    WHERE (p.pronamespace = 'authserver'::regnamespace OR (p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'authserver\_%'))
      AND (r.rolname IS NULL OR r.rolname <> 'authserver_owner')
) s
ORDER BY part, a COLLATE "C", b COLLATE "C", line COLLATE "C";
