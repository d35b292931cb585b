CREATE OR REPLACE FUNCTION authserver.split_address(address text, OUT local_part text, OUT domain text)
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    parts text[];
BEGIN
    IF length(address) > 1000 THEN
        RETURN;
    END IF;
    -- Nearly all are like this. Without parentheses the match takes a tenth of the time.
    IF address ~ '^[^]@\s"\\,:;<>()\u0001-\u0020\u007f-\u009f[]+@[^]@\s"\\,;<>()\u0001-\u0020\u007f-\u009f[]+$' THEN
        local_part := lower(split_part(address, '@', 1) COLLATE "C");
        domain := lower(split_part(address, '@', 2) COLLATE "C");
        RETURN;
    END IF;
    IF left(address, 1) = '"' THEN
        -- RFC 5321 §4.1.2 Quoted-string: what is quoted counts without its quotes and backslashes
        parts := regexp_match(address,
            '^"((?:[^"\\\u0001-\u001f\u007f-\u009f]|\\[\u0020-\u007e])+)"@([^]@\s"\\,;<>()\u0001-\u0020\u007f-\u009f[]+|\[[^]\s@[]+\])$');
        local_part := lower(regexp_replace(parts[1], '\\(.)', '\1', 'g') COLLATE "C");
    ELSE
        parts := regexp_match(address,
            '^([^]@\s"\\,:;<>()\u0001-\u0020\u007f-\u009f[]+)@([^]@\s"\\,;<>()\u0001-\u0020\u007f-\u009f[]+|\[[^]\s@[]+\])$');
        local_part := lower(parts[1] COLLATE "C");
    END IF;
    domain := lower(parts[2] COLLATE "C");
END;
$$;

COMMENT ON FUNCTION authserver.split_address(text) IS
'The folded local part, without quotes, and the folded domain of an address; NULLs where it is none: exactly one @ outside quotes, neither side empty.';

REVOKE ALL ON FUNCTION authserver.split_address(text) FROM PUBLIC;
-- For `authserver doctor`.
GRANT EXECUTE ON FUNCTION authserver.split_address(text) TO authserver_admin;
