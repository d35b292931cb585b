CREATE OR REPLACE FUNCTION public.authserver_iterate_users()
RETURNS TABLE (userid varchar)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (m.local_part || '@' || d.name)::varchar
    FROM authserver.mail_user u
    JOIN authserver.email_alias m ON m.id = u.delivery_mailbox_id
    JOIN authserver.domain d ON d.id = m.domain_id
    WHERE u.active AND m.blocked IS NULL AND d.active
$$;

COMMENT ON FUNCTION public.authserver_iterate_users() IS
'STABLE API: the primary address of every active user, each a mailbox; none that is blocked or in a deactivated domain.';

REVOKE ALL ON FUNCTION public.authserver_iterate_users() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.authserver_iterate_users() TO authserver_api;
