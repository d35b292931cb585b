CREATE OR REPLACE FUNCTION authserver.has_permission(user_id uuid, permission_name text)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM authserver.permission p
        JOIN authserver.user_permission up ON up.permission_id = p.id
        WHERE p.name = has_permission.permission_name AND p.active AND up.user_id = has_permission.user_id
    ) OR EXISTS (
        SELECT FROM authserver.permission p
        JOIN authserver.user_group_permission gp ON gp.permission_id = p.id
        JOIN authserver.user_group g ON g.id = gp.group_id AND g.active
        JOIN authserver.user_group_member gm ON gm.group_id = gp.group_id
        WHERE p.name = has_permission.permission_name AND p.active AND gm.user_id = has_permission.user_id);
END;
$$;

COMMENT ON FUNCTION authserver.has_permission(uuid, text) IS
'Whether a user holds a permission, itself or through a group; a deactivated permission nobody holds, and a deactivated group gives none.';

REVOKE ALL ON FUNCTION authserver.has_permission(uuid, text) FROM PUBLIC;
