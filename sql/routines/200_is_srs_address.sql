CREATE OR REPLACE FUNCTION authserver.is_srs_address(local_part text)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Base 32 of RFC 4648 §6, folded. Two digits count days modulo 1024, as Mail::SRS and postsrsd write them.
    digits   CONSTANT text := 'abcdefghijklmnopqrstuvwxyz234567';
    max_age  CONSTANT int := 21;
    today    CONSTANT date := (now() AT TIME ZONE 'UTC')::date;
    rest     text;
    hash     text;
    parts    text[];
    said     bytea;
    wanted   bytea;
    days     int;
    form     text;
    since    timestamptz;
    provider text;
    proved   boolean;
BEGIN
    IF local_part !~ '^srs[01][=+-]' THEN
        RETURN NULL;
    END IF;
    IF octet_length(local_part) > 255 THEN
        -- mailforwarder reads none that is longer.
        RETURN false;
    END IF;
    -- Taken apart by hand: patterns with parentheses take longer than all the rest.
    rest := substr(local_part, 6);
    hash := split_part(rest, '=', 1);
    IF length(hash) NOT BETWEEN 4 AND 32 OR hash !~ '^[a-z0-9+/]+$' THEN
        RETURN false;
    END IF;
    rest := substr(rest, length(hash) + 2);
    IF left(local_part, 4) = 'srs0' THEN
        parts := ARRAY[split_part(rest, '=', 1), split_part(rest, '=', 2)];
        parts := parts || substr(rest, length(parts[1]) + length(parts[2]) + 3);
        IF parts[1] !~ '^[a-z2-7][a-z2-7]$' OR parts[2] = '' OR parts[3] = '' THEN
            RETURN false;
        END IF;
        days := (strpos(digits, left(parts[1], 1)) - 1) * 32 + strpos(digits, right(parts[1], 1)) - 1;
        -- One day of grace for clocks that differ.
        IF ((today - date '1970-01-01') + 1 - days + 1024) % 1024 > max_age + 1 THEN
            RETURN false;
        END IF;
    ELSE
        -- What is behind the first forwarder, a time stamp among it, is for that forwarder to judge.
        parts := ARRAY[split_part(rest, '=', 1)];
        parts := parts || substr(rest, length(parts[1]) + 2);
        IF parts[1] = '' OR parts[2] !~ '^[=+-]' THEN
            RETURN false;
        END IF;
    END IF;
    IF NOT EXISTS (SELECT FROM authserver.srs_secret) THEN
        RETURN true;
    END IF;

    -- The separated form: each part has its length before it.
    IF length(hash) = 8 AND hash ~ '^[a-z2-7]+$' THEN
        said := '\x00000004'::bytea || convert_to(left(local_part, 4), 'UTF8');
        FOR i IN 1 .. cardinality(parts) LOOP
            said := said || int4send(octet_length(parts[i])) || convert_to(parts[i], 'UTF8');
        END LOOP;
        wanted := substr(int8send(
            ((strpos(digits, substr(hash, 1, 1)) - 1)::bigint << 35) | ((strpos(digits, substr(hash, 2, 1)) - 1)::bigint << 30)
            | ((strpos(digits, substr(hash, 3, 1)) - 1)::bigint << 25) | ((strpos(digits, substr(hash, 4, 1)) - 1)::bigint << 20)
            | ((strpos(digits, substr(hash, 5, 1)) - 1)::bigint << 15) | ((strpos(digits, substr(hash, 6, 1)) - 1)::bigint << 10)
            | ((strpos(digits, substr(hash, 7, 1)) - 1)::bigint << 5) | (strpos(digits, substr(hash, 8, 1)) - 1)::bigint), 4);
        IF EXISTS (
            SELECT FROM authserver.srs_secret s
            WHERE substr(sha256(s.outer_pad || sha256(s.inner_pad || said)), 1, 5) = wanted
                AND (s.retired_at IS NULL OR s.retired_at > now() - interval '24 days'))
        THEN
            RETURN true;
        END IF;
    END IF;

    -- As Mail::SRS has it: base 64 of HMAC-SHA1 over the parts without anything between them.
    SELECT s.srs_form, s.srs_form_since INTO form, since FROM authserver.site s;
    IF form = 'separated' AND (since IS NULL OR today - (since AT TIME ZONE 'UTC')::date > max_age) THEN
        RETURN false;
    END IF;
    -- No other function than the extension's own, wherever it is.
    SELECT n.nspname INTO provider
    FROM pg_extension e
    JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
        AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
    JOIN pg_proc p ON p.oid = d.objid AND p.proname = 'hmac'
        AND p.pronargs = 3 AND p.proargtypes[0] = 'bytea'::regtype AND p.proargtypes[1] = 'bytea'::regtype
        AND p.proargtypes[2] = 'text'::regtype
    JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE e.extname = 'pgcrypto' AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE');
    IF provider IS NULL THEN
        RETURN true;
    END IF;
    EXECUTE format(
        'SELECT EXISTS (SELECT FROM authserver.srs_secret s'
        || ' WHERE lower(left(encode(%I.hmac($1, s.secret, ''sha1''::text), ''base64''), $2) COLLATE "C") = $3 COLLATE "C"'
        || ' AND (s.retired_at IS NULL OR s.retired_at > now() - interval ''24 days''))',
        provider)
    INTO proved
    USING convert_to(array_to_string(parts, ''), 'UTF8'), length(hash), hash;
    RETURN proved AND length(hash) <= 27;
END;
$$;

COMMENT ON FUNCTION authserver.is_srs_address(text) IS
'Whether a folded local part is a return address of ours: NULL where it does not begin like one, false where it is too old or no secret made its hash. Where there is no secret yet, and for a hash as Mail::SRS makes it without the extension pgcrypto, by shape.';

REVOKE ALL ON FUNCTION authserver.is_srs_address(text) FROM PUBLIC;
