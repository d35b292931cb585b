--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: authserver; Type: SCHEMA; Schema: -; Owner: authserver_owner
--

CREATE SCHEMA authserver;


ALTER SCHEMA authserver OWNER TO authserver_owner;

--
-- Name: SCHEMA authserver; Type: COMMENT; Schema: -; Owner: authserver_owner
--

COMMENT ON SCHEMA authserver IS 'Mail domains, users, aliases, lists and DKIM keys of authserver.';


--
-- Name: doctor_lists(integer); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.doctor_lists(max_rows integer) RETURNS TABLE(fault text, list_name text, address text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH RECURSIVE
    -- Where each member of a list that is in use is found in a domain of ours, as authserver.look_up finds it;
    -- redirects followed.
    walk AS (
        SELECT m.id AS member_id, m.list_id, m.address, n.local_part, 0 AS depth, d.id AS domain_id, n.redirect_to,
               d.active, h.id AS alias_id, h.user_id, h.list_id AS to_list, h.blocked
        FROM authserver.mailing_list_address m
        JOIN authserver.mailing_list ml ON ml.id = m.list_id AND ml.active
        CROSS JOIN LATERAL (
            -- In the column's own collation, without which its index is of no use.
            SELECT lower(split_part(m.address, '@', 1) COLLATE "C") COLLATE "default" AS local_part) l
        JOIN authserver.domain d ON d.name = split_part(m.address, '@', 2)
        -- Where it goes from here if nobody is found: a catch-all has a local part of its own.
        CROSS JOIN LATERAL (
            SELECT CASE WHEN d.active THEN coalesce(split_part(d.catch_all, '@', 2), d.redirect_to) END AS redirect_to,
                   coalesce(lower(split_part(d.catch_all, '@', 1) COLLATE "C") COLLATE "default", l.local_part) AS local_part) n
        LEFT JOIN LATERAL (
            SELECT a.id, a.user_id, a.list_id, a.blocked FROM authserver.email_alias a
            WHERE a.domain_id = d.id AND a.local_part = ANY (
                CASE WHEN l.local_part ~ '.[+-]' THEN authserver.lookup_keys(l.local_part) ELSE ARRAY[l.local_part] END)
            ORDER BY octet_length(a.local_part) DESC LIMIT 1) h ON d.active
        UNION ALL
        SELECT w.member_id, w.list_id, w.address, n.local_part, w.depth + 1, d.id, n.redirect_to,
               d.active, h.id, h.user_id, h.list_id, h.blocked
        FROM walk w
        JOIN authserver.domain d ON d.name = w.redirect_to
        CROSS JOIN LATERAL (
            SELECT CASE WHEN d.active THEN coalesce(split_part(d.catch_all, '@', 2), d.redirect_to) END AS redirect_to,
                   coalesce(lower(split_part(d.catch_all, '@', 1) COLLATE "C") COLLATE "default", w.local_part) AS local_part) n
        LEFT JOIN LATERAL (
            SELECT a.id, a.user_id, a.list_id, a.blocked FROM authserver.email_alias a
            WHERE a.domain_id = d.id AND a.local_part = ANY (
                CASE WHEN w.local_part ~ '.[+-]' THEN authserver.lookup_keys(w.local_part) ELSE ARRAY[w.local_part] END)
            ORDER BY octet_length(a.local_part) DESC LIMIT 1) h ON d.active
        WHERE w.alias_id IS NULL AND w.depth < 10
    ),
    ends AS MATERIALIZED (
        SELECT w.list_id, w.address, w.to_list,
               CASE
                   WHEN NOT w.active THEN 'inactive_domain'
                   WHEN w.alias_id IS NULL AND w.redirect_to IS NOT NULL AND w.depth < 10 THEN 'foreign'
                   WHEN w.alias_id IS NULL THEN 'nobody'
                   WHEN w.blocked IS NOT NULL THEN 'blocked'
                   WHEN NOT t.active THEN 'inactive_list'
                   WHEN w.to_list IS NOT NULL THEN 'list'
                   WHEN u.active AND b.blocked IS NULL AND bd.active THEN 'user'
                   ELSE 'disabled'
               END AS kind
        FROM walk w
        LEFT JOIN authserver.mail_user u ON u.id = w.user_id
        LEFT JOIN authserver.email_alias b ON b.id = u.delivery_mailbox_id
        LEFT JOIN authserver.domain bd ON bd.id = b.domain_id
        LEFT JOIN authserver.mailing_list t ON t.id = w.to_list
        -- The last step of each member: nothing follows it.
        WHERE w.alias_id IS NOT NULL OR w.redirect_to IS NULL OR w.depth = 10
            OR NOT EXISTS (SELECT FROM authserver.domain n WHERE n.name = w.redirect_to)
    ),
    alive AS (
        SELECT m.list_id FROM authserver.mailing_list_address m
        WHERE NOT EXISTS (SELECT FROM authserver.domain d WHERE d.name = split_part(m.address, '@', 2))
        UNION
        SELECT e.list_id FROM ends e WHERE e.kind IN ('user', 'foreign')
        UNION
        SELECT e.list_id FROM alive a JOIN ends e ON e.kind = 'list' AND e.to_list = a.list_id
    ),
    reach AS (
        SELECT e.list_id AS start, e.to_list AS at, 1 AS depth FROM ends e WHERE e.kind = 'list'
        UNION
        SELECT r.start, e.to_list, r.depth + 1
        FROM reach r
        JOIN ends e ON e.kind = 'list' AND e.list_id = r.at
        WHERE r.at <> r.start AND r.depth < 10
    ),
    used AS (
        SELECT l.id, l.name FROM authserver.mailing_list l
        WHERE l.active AND EXISTS (SELECT FROM authserver.email_alias a WHERE a.list_id = l.id)
    ),
    faults AS (
        SELECT DISTINCT 'list_circle' AS fault, l.name, NULL::text AS address
        FROM reach r JOIN authserver.mailing_list l ON l.id = r.start WHERE r.at = r.start
        UNION ALL
        -- forwarder_resolve follows nothing below depth 10.
        SELECT DISTINCT 'list_too_deep', l.name, NULL
        FROM reach r JOIN used l ON l.id = r.start
        WHERE r.depth = 10 AND NOT EXISTS (SELECT FROM reach c WHERE c.start = r.start AND c.at = c.start)
        UNION ALL
        SELECT 'list_empty', l.name, NULL FROM used l
        WHERE NOT EXISTS (SELECT FROM authserver.mailing_list_address m WHERE m.list_id = l.id)
        UNION ALL
        SELECT 'list_nowhere', l.name, NULL FROM used l
        WHERE EXISTS (SELECT FROM authserver.mailing_list_address m WHERE m.list_id = l.id)
            AND NOT EXISTS (SELECT FROM alive a WHERE a.list_id = l.id)
            -- A list that is nothing but a circle is said once.
            AND NOT EXISTS (SELECT FROM reach c WHERE c.start = l.id AND c.at = l.id)
        UNION ALL
        SELECT 'member_' || e.kind, l.name, e.address
        FROM ends e JOIN authserver.mailing_list l ON l.id = e.list_id
        WHERE e.kind IN ('nobody', 'disabled', 'blocked', 'inactive_domain', 'inactive_list')
        UNION ALL
        SELECT 'list_mailfrom_leads_back', l.name, l.new_mailfrom
        FROM authserver.mailing_list l
        JOIN authserver.domain d ON d.name = split_part(l.new_mailfrom, '@', 2)
        JOIN authserver.email_alias a ON a.list_id = l.id AND a.domain_id = d.id
            AND a.local_part = lower(split_part(l.new_mailfrom, '@', 1) COLLATE "C") COLLATE "default"
        WHERE l.active
    )
    SELECT f.fault, f.name, f.address
    FROM (
        SELECT x.*, row_number() OVER (PARTITION BY x.fault ORDER BY x.name COLLATE "C", x.address COLLATE "C") AS place
        FROM faults x) f
    WHERE f.place <= max_rows
    ORDER BY f.fault, f.place
$$;


ALTER FUNCTION authserver.doctor_lists(max_rows integer) OWNER TO authserver_owner;

--
-- Name: FUNCTION doctor_lists(max_rows integer); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.doctor_lists(max_rows integer) IS 'Lists that lead to themselves (list_circle), too deep, to nobody (list_empty, list_nowhere) or back by their own reverse-path, and members that are nobody, disabled, blocked, in a deactivated domain or a deactivated list; at most max_rows of each. Deactivated lists are not examined. One pass over all members.';


--
-- Name: find_login(text); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.find_login(login text, OUT user_id uuid, OUT password text, OUT primary_address text) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    folded CONSTANT text := lower(login COLLATE "C");
    looked record;
    at     text := login;
BEGIN
    IF strpos(login, '@') = 0 THEN
        SELECT u.id, s.password, m.local_part || '@' || d.name
        INTO user_id, password, primary_address
        FROM authserver.service_user s
        JOIN authserver.mail_user u ON u.id = s.user_id AND u.active
        JOIN authserver.email_alias m ON m.id = u.delivery_mailbox_id
        JOIN authserver.domain d ON d.id = m.domain_id
        WHERE s.username = folded;
    ELSE
        -- As far as forwarder_resolve follows redirects.
        FOR i IN 0 .. 10 LOOP
            looked := authserver.look_up(at);
            EXIT WHEN looked.decision <> 'redirect';
            at := looked.target;
        END LOOP;
        IF looked.decision IN ('user', 'unknown') AND looked.primary_address IS NOT NULL THEN
            user_id := looked.user_id;
            primary_address := looked.primary_address;
            SELECT u.password INTO password FROM authserver.mail_user u WHERE u.id = looked.user_id;
        END IF;
    END IF;
    IF NOT authserver.is_usable_password(password) THEN
        user_id := NULL;
        password := NULL;
        primary_address := NULL;
    END IF;
END;
$$;


ALTER FUNCTION authserver.find_login(login text, OUT user_id uuid, OUT password text, OUT primary_address text) OWNER TO authserver_owner;

--
-- Name: FUNCTION find_login(login text, OUT user_id uuid, OUT password text, OUT primary_address text); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.find_login(login text, OUT user_id uuid, OUT password text, OUT primary_address text) IS 'Who logs in with an address of his or with a service user''s name; NULLs where nobody does: unknown, disabled, blocked, in a deactivated domain, without a mailbox or a usable password.';


--
-- Name: forwarder_find_srs_tokens(text[]); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.forwarder_find_srs_tokens(tokens text[]) RETURNS TABLE(token text, address text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT t.token, t.address FROM authserver.srs_token t WHERE t.token = ANY (tokens)
$$;


ALTER FUNCTION authserver.forwarder_find_srs_tokens(tokens text[]) OWNER TO authserver_owner;

--
-- Name: FUNCTION forwarder_find_srs_tokens(tokens text[]); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.forwarder_find_srs_tokens(tokens text[]) IS 'The senders behind tokens; no row for a token that is not kept or no longer.';


--
-- Name: forwarder_keep_srs_tokens(text[], text[]); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.forwarder_keep_srs_tokens(tokens text[], addresses text[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    today    CONSTANT date := (now() AT TIME ZONE 'UTC')::date;
    -- An SRS address is good for 21 days; clocks may differ.
    max_age  CONSTANT int := 24;
    max_rows CONSTANT real := 5000000;
    excess   CONSTANT boolean := (SELECT c.reltuples > max_rows FROM pg_class c WHERE c.oid = 'authserver.srs_token'::regclass);
BEGIN
    IF cardinality(tokens) IS DISTINCT FROM cardinality(addresses) THEN
        RAISE EXCEPTION 'arrays of different lengths' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- Whoever adds rows takes away more: what has expired; of too many, what has gone unused for longest.
    DELETE FROM authserver.srs_token t
    WHERE t.token IN (
        SELECT o.token FROM authserver.srs_token o
        WHERE o.last_used < today - max_age OR (excess AND o.last_used < today)
        ORDER BY o.last_used
        LIMIT 100 + 2 * cardinality(tokens)
        FOR UPDATE SKIP LOCKED);

    -- In the order of the tokens, so that two who keep the same do not wait for each other in a circle.
    INSERT INTO authserver.srs_token AS t (token, address, last_used)
    SELECT DISTINCT ON (n.token) n.token, n.address, today
    FROM unnest(tokens, addresses) AS n (token, address)
    ORDER BY n.token
    ON CONFLICT (token) DO UPDATE SET last_used = today WHERE t.last_used < today;
END;
$$;


ALTER FUNCTION authserver.forwarder_keep_srs_tokens(tokens text[], addresses text[]) OWNER TO authserver_owner;

--
-- Name: FUNCTION forwarder_keep_srs_tokens(tokens text[], addresses text[]); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.forwarder_keep_srs_tokens(tokens text[], addresses text[]) IS 'Keeps the senders behind tokens, one in each place of the arrays, and deletes some that have not been used for 24 days; above some 5 million rows those that have gone unused for longest. SQLSTATE 22023: arrays of different lengths; 23514: a token or address that is none.';


--
-- Name: forwarder_outcomes(bytea[]); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.forwarder_outcomes(keys bytea[]) RETURNS TABLE(key bytea, outcome text, reply text, age_seconds bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION 'a replica may not know yet what was delivered' USING ERRCODE = 'read_only_sql_transaction';
    END IF;
    RETURN QUERY
        SELECT o.key, o.outcome, o.reply, greatest(0, extract(epoch FROM now() - o.first_seen))::bigint
        FROM authserver.delivery_outcome o
        WHERE o.key = ANY (keys);
END;
$$;


ALTER FUNCTION authserver.forwarder_outcomes(keys bytea[]) OWNER TO authserver_owner;

--
-- Name: FUNCTION forwarder_outcomes(keys bytea[]); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.forwarder_outcomes(keys bytea[]) IS 'What is remembered under these keys, with the time since it was first stored. Keys without a row give none. On a replica SQLSTATE 25006: it may be behind.';


--
-- Name: forwarder_pending_envelopes(bigint[], integer); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.forwarder_pending_envelopes(envelopes bigint[], most integer) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION 'a replica may not know yet what was delivered' USING ERRCODE = 'read_only_sql_transaction';
    END IF;
    IF envelopes IS NULL THEN
        RETURN QUERY SELECT DISTINCT o.envelope FROM authserver.delivery_outcome o LIMIT most;
    ELSE
        RETURN QUERY
            SELECT DISTINCT o.envelope FROM authserver.delivery_outcome o WHERE o.envelope = ANY (envelopes) LIMIT most;
    END IF;
END;
$$;


ALTER FUNCTION authserver.forwarder_pending_envelopes(envelopes bigint[], most integer) OWNER TO authserver_owner;

--
-- Name: FUNCTION forwarder_pending_envelopes(envelopes bigint[], most integer); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.forwarder_pending_envelopes(envelopes bigint[], most integer) IS 'Those of the given envelopes about which something is remembered; of all envelopes where NULL is given. On a replica SQLSTATE 25006: it may be behind.';


--
-- Name: forwarder_resolve(text[]); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.forwarder_resolve(addresses text[]) RETURNS TABLE(input integer, step integer, parent integer, depth integer, address text, decision text, domain_id bigint, domain text, alias_id bigint, matched_local_part text, user_id uuid, list_id bigint, list_name text, new_mailfrom text, owner_address text, target text, block_action text, transactional boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    max_depth CONSTANT int := 10;
    max_steps CONSTANT int := 10000;
    -- What was named but not looked at yet: at the top what was asked for, below it the members of a list or the
    -- target of a redirect, and so on. A depth's names stand together, those of the next depth behind them.
    names           text[];
    -- The domain of a name that is known to be nobody's of ours.
    foreign_domains text[];
    -- For each depth, from 1: the next name, the last one, the step that named them.
    next_names      int[];
    last_names      int[];
    naming_steps    int[];
    level           int;
    place           int;
    waiting         int;
    -- What the lists and redirects among the steps of this input were, to find circles.
    step_parents    int[];
    step_lists      bigint[];
    step_addresses  text[];
    ancestor        int;
    looked          record;
    listed          record;
    added           text[];
    added_foreign   text[];
BEGIN
    FOR i IN 1 .. coalesce(array_length(addresses, 1), 0) LOOP
        input := i;
        step := 0;
        names := ARRAY[addresses[i]];
        foreign_domains := ARRAY[NULL::text];
        next_names := ARRAY[1];
        last_names := ARRAY[1];
        naming_steps := ARRAY[NULL::int];
        level := 1;
        waiting := 1;
        step_parents := '{}'::int[];
        step_lists := '{}'::bigint[];
        step_addresses := '{}'::text[];

        WHILE waiting > 0 LOOP
            WHILE next_names[level] > last_names[level] LOOP
                level := level - 1;
            END LOOP;
            place := next_names[level];
            next_names[level] := place + 1;
            waiting := waiting - 1;
            address := names[place];
            domain := foreign_domains[place];
            parent := naming_steps[level];
            depth := level - 1;
            step := step + 1;
            list_name := NULL;
            new_mailfrom := NULL;
            owner_address := NULL;

            IF domain IS NULL THEN
                looked := authserver.look_up(address);
                decision := looked.decision;
                domain_id := looked.domain_id;
                domain := looked.domain;
                alias_id := looked.alias_id;
                matched_local_part := looked.matched_local_part;
                user_id := looked.user_id;
                list_id := looked.list_id;
                target := looked.target;
                block_action := looked.block_action;
                transactional := looked.transactional;
            ELSE
                decision := 'foreign';
                domain_id := NULL;
                alias_id := NULL;
                matched_local_part := NULL;
                user_id := NULL;
                list_id := NULL;
                target := NULL;
                block_action := NULL;
                transactional := false;
            END IF;

            IF decision IN ('list', 'redirect') THEN
                -- The path from here to the top has at most max_depth steps.
                ancestor := parent;
                WHILE ancestor IS NOT NULL LOOP
                    IF (decision = 'list' AND step_lists[ancestor] = list_id)
                        OR (decision = 'redirect' AND step_addresses[ancestor] = lower(address COLLATE "C"))
                    THEN
                        decision := 'circle';
                        EXIT;
                    END IF;
                    ancestor := step_parents[ancestor];
                END LOOP;
                IF decision <> 'circle' AND depth >= max_depth THEN
                    decision := 'too_deep';
                END IF;
            END IF;

            IF list_id IS NOT NULL THEN
                SELECT l.name, l.new_mailfrom, l.owner_id INTO listed
                FROM authserver.mailing_list l
                WHERE l.id = forwarder_resolve.list_id;
                list_name := listed.name;
                new_mailfrom := listed.new_mailfrom;
                IF listed.owner_id IS NOT NULL THEN
                    SELECT o.local_part || '@' || d.name INTO owner_address
                    FROM authserver.mail_user u
                    JOIN authserver.email_alias o ON o.id = u.delivery_mailbox_id
                    JOIN authserver.domain d ON d.id = o.domain_id
                    WHERE u.id = listed.owner_id AND u.active AND d.active;
                END IF;
            END IF;

            -- Everything that is still waiting would be a row too.
            IF step + waiting > max_steps OR (step >= max_steps AND decision IN ('list', 'redirect')) THEN
                decision := 'too_many';
                waiting := 0;
            END IF;
            RETURN NEXT;

            CONTINUE WHEN decision NOT IN ('list', 'redirect');
            step_parents[step] := parent;
            IF decision = 'list' THEN
                step_lists[step] := list_id;
                -- What look_up would say of most members is found out here for all at once: one in ASCII is an
                -- address as it stands in the table, its domain folded. Of others look_up says whether they are.
                SELECT array_agg(m.address ORDER BY m.id),
                       array_agg(CASE WHEN d.id IS NULL AND octet_length(m.address) = length(m.address)
                           THEN m.domain END ORDER BY m.id)
                INTO added, added_foreign
                FROM (SELECT x.id, x.address, split_part(x.address, '@', 2) AS domain
                      FROM authserver.mailing_list_address x
                      WHERE x.list_id = forwarder_resolve.list_id ORDER BY x.id LIMIT max_steps) m
                LEFT JOIN authserver.domain d ON d.name = m.domain;
                CONTINUE WHEN added IS NULL;
            ELSE
                step_addresses[step] := lower(address COLLATE "C");
                added := ARRAY[target];
                added_foreign := ARRAY[NULL::text];
            END IF;
            place := last_names[level];
            names := names[:place] || added;
            foreign_domains := foreign_domains[:place] || added_foreign;
            waiting := waiting + cardinality(added);
            level := level + 1;
            next_names[level] := place + 1;
            last_names[level] := place + cardinality(added);
            naming_steps[level] := step;
        END LOOP;
    END LOOP;
END;
$$;


ALTER FUNCTION authserver.forwarder_resolve(addresses text[]) OWNER TO authserver_owner;

--
-- Name: FUNCTION forwarder_resolve(addresses text[]); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.forwarder_resolve(addresses text[]) IS 'All steps of the resolution of all addresses, depth first, lists within lists and redirects followed. A deactivated domain or list ends a path (inactive). A circle is cut (circle); below depth 10 nothing is followed (too_deep); where an address needs more than 10,000 steps, its last row says too_many and what waited is left out.';


--
-- Name: forwarder_store_outcomes(bytea[], bigint[], text[], text[], bigint); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.forwarder_store_outcomes(keys bytea[], envelopes bigint[], outcomes text[], replies text[], lifetime_seconds bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    changed bigint[];
BEGIN
    IF cardinality(keys) IS DISTINCT FROM cardinality(envelopes)
        OR cardinality(keys) IS DISTINCT FROM cardinality(outcomes)
        OR cardinality(keys) IS DISTINCT FROM cardinality(replies)
    THEN
        RAISE EXCEPTION 'arrays of different lengths' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- Whoever adds rows takes away more that have expired, so the table is bounded without anybody's care.
    DELETE FROM authserver.delivery_outcome d
    WHERE d.key IN (
        SELECT o.key FROM authserver.delivery_outcome o
        WHERE o.first_seen < now() - make_interval(secs => lifetime_seconds)
        ORDER BY o.first_seen
        LIMIT 100 + 2 * cardinality(keys)
        FOR UPDATE SKIP LOCKED);

    -- In the order of the keys, so that two who store the same do not wait for each other in a circle.
    WITH stored AS (
        INSERT INTO authserver.delivery_outcome AS o (key, envelope, outcome, reply)
        SELECT DISTINCT ON (n.key) n.key, n.envelope, n.outcome, n.reply
        FROM unnest(keys, envelopes, outcomes, replies) AS n (key, envelope, outcome, reply)
        ORDER BY n.key
        ON CONFLICT (key) DO UPDATE
            SET outcome = EXCLUDED.outcome, reply = EXCLUDED.reply, changed_at = now()
            -- What is final stays so.
            WHERE o.outcome = 'deferred' OR (o.outcome = 'refused' AND EXCLUDED.outcome IN ('delivered', 'reported'))
        RETURNING o.envelope)
    SELECT array_agg(DISTINCT s.envelope) INTO changed FROM stored s;
    IF cardinality(changed) > 1000 THEN
        PERFORM pg_notify('authserver', 'outcome 0');
    ELSE
        PERFORM authserver.notify_changes('outcome', changed);
    END IF;
END;
$$;


ALTER FUNCTION authserver.forwarder_store_outcomes(keys bytea[], envelopes bigint[], outcomes text[], replies text[], lifetime_seconds bigint) OWNER TO authserver_owner;

--
-- Name: FUNCTION forwarder_store_outcomes(keys bytea[], envelopes bigint[], outcomes text[], replies text[], lifetime_seconds bigint); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.forwarder_store_outcomes(keys bytea[], envelopes bigint[], outcomes text[], replies text[], lifetime_seconds bigint) IS 'Remembers outcomes, one in each place of the arrays, notifies their envelopes (0: many), and deletes some of those that are older than the lifetime. The time of first sight stays; delivered and reported are final. SQLSTATE 22023: arrays of different lengths; 23514: an outcome that is none.';


--
-- Name: has_permission(uuid, text); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.has_permission(user_id uuid, permission_name text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
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


ALTER FUNCTION authserver.has_permission(user_id uuid, permission_name text) OWNER TO authserver_owner;

--
-- Name: FUNCTION has_permission(user_id uuid, permission_name text); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.has_permission(user_id uuid, permission_name text) IS 'Whether a user holds a permission, itself or through a group; a deactivated permission nobody holds, and a deactivated group gives none.';


--
-- Name: is_srs_address(text); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.is_srs_address(local_part text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    -- Base 32 of RFC 4648 §6, folded. Two digits count days modulo 1024, as Mail::SRS and postsrsd write them.
    digits  CONSTANT text := 'abcdefghijklmnopqrstuvwxyz234567';
    max_age CONSTANT int := 21;
    stamp   text;
    days    int;
BEGIN
    IF local_part ~ '^srs1[=+-][a-z0-9+/]{4,32}=[^=]+=[=+-][^=]+=[a-z2-7]{2}=[^=]+=.+$' THEN
        -- The time stamp inside is that of the forwarder before us.
        RETURN true;
    END IF;
    stamp := (regexp_match(local_part, '^srs0[=+-][a-z0-9+/]{4,32}=([a-z2-7]{2})=[^=]+=.+$'))[1];
    IF stamp IS NULL THEN
        RETURN NULL;
    END IF;
    days := (strpos(digits, left(stamp, 1)) - 1) * 32 + strpos(digits, right(stamp, 1)) - 1;
    -- One day of grace for clocks that differ.
    RETURN (floor(extract(epoch FROM now()) / 86400)::int + 1 - days + 1024) % 1024 <= max_age + 1;
END;
$_$;


ALTER FUNCTION authserver.is_srs_address(local_part text) OWNER TO authserver_owner;

--
-- Name: FUNCTION is_srs_address(local_part text); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.is_srs_address(local_part text) IS 'Whether a folded local part is an SRS address by its shape: true, false where it is too old, NULL where it is none. Only mailforwarder knows the secrets: it checks the hash.';


--
-- Name: is_usable_password(text); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.is_usable_password(password text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
BEGIN
    RETURN coalesce(password LIKE '$%', false);
END;
$_$;


ALTER FUNCTION authserver.is_usable_password(password text) OWNER TO authserver_owner;

--
-- Name: FUNCTION is_usable_password(password text); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.is_usable_password(password text) IS 'Whether a stored password can let anybody in: a crypt(3) hash, not NULL, empty, or marked with ! or *.';


--
-- Name: look_up(text); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.look_up(address text, OUT decision text, OUT domain_id bigint, OUT domain text, OUT transactional boolean, OUT alias_id bigint, OUT matched_local_part text, OUT user_id uuid, OUT primary_address text, OUT list_id bigint, OUT target text, OUT block_action text) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    parts record;
    key   text;
    ours  record;
    hit   record;
    owner record;
BEGIN
    transactional := false;
    parts := authserver.split_address(address);
    IF parts.domain IS NULL THEN
        decision := 'invalid';
        RETURN;
    END IF;
    domain := parts.domain;

    SELECT d.id, d.redirect_to, d.catch_all, d.can_use_transactional, d.active INTO ours
    FROM authserver.domain d WHERE d.name = parts.domain;
    IF NOT FOUND THEN
        decision := 'foreign';
        RETURN;
    END IF;
    domain_id := ours.id;
    IF NOT ours.active THEN
        -- Ours, so that it goes nowhere else; whatever it has does not count.
        decision := 'inactive';
        RETURN;
    END IF;
    transactional := ours.can_use_transactional;

    -- As authserver.lookup_keys has them, one after the other: few addresses have more than one extension, and one query
    -- for all keys costs as much as five for one.
    key := parts.local_part;
    LOOP
        SELECT a.id, a.local_part, a.user_id, a.list_id, a.blocked INTO hit
        FROM authserver.email_alias a
        WHERE a.domain_id = ours.id AND a.local_part = key;
        EXIT WHEN FOUND;
        key := left(key, -strpos(reverse(translate(key, '-', '+')), '+'));
        EXIT WHEN key = '';
    END LOOP;
    IF hit.id IS NULL THEN
        IF ours.catch_all IS NOT NULL THEN
            -- One address for all: the local part ends here, and its extension with it.
            decision := 'redirect';
            target := ours.catch_all;
        ELSIF ours.redirect_to IS NULL THEN
            decision := 'unknown';
        ELSE
            decision := 'redirect';
            target := left(address, -length(parts.domain)) || ours.redirect_to;
        END IF;
        RETURN;
    END IF;
    alias_id := hit.id;
    matched_local_part := hit.local_part;
    user_id := hit.user_id;
    list_id := hit.list_id;

    IF hit.blocked IS NOT NULL THEN
        decision := 'blocked';
        block_action := hit.blocked;
    ELSIF hit.list_id IS NOT NULL THEN
        SELECT CASE WHEN l.active THEN 'list' ELSE 'inactive' END INTO decision
        FROM authserver.mailing_list l
        WHERE l.id = hit.list_id;
    ELSE
        SELECT m.local_part || '@' || d.name AS address, m.blocked IS NULL AND d.active AS open INTO owner
        FROM authserver.mail_user u
        JOIN authserver.email_alias m ON m.id = u.delivery_mailbox_id
        JOIN authserver.domain d ON d.id = m.domain_id
        WHERE u.id = hit.user_id AND u.active;
        primary_address := owner.address;
        -- Mail for any alias of a user ends at the primary address, so that one has to be open.
        decision := CASE WHEN owner.address IS NOT NULL AND owner.open THEN 'user' ELSE 'unknown' END;
    END IF;
END;
$$;


ALTER FUNCTION authserver.look_up(address text, OUT decision text, OUT domain_id bigint, OUT domain text, OUT transactional boolean, OUT alias_id bigint, OUT matched_local_part text, OUT user_id uuid, OUT primary_address text, OUT list_id bigint, OUT target text, OUT block_action text) OWNER TO authserver_owner;

--
-- Name: FUNCTION look_up(address text, OUT decision text, OUT domain_id bigint, OUT domain text, OUT transactional boolean, OUT alias_id bigint, OUT matched_local_part text, OUT user_id uuid, OUT primary_address text, OUT list_id bigint, OUT target text, OUT block_action text); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.look_up(address text, OUT decision text, OUT domain_id bigint, OUT domain text, OUT transactional boolean, OUT alias_id bigint, OUT matched_local_part text, OUT user_id uuid, OUT primary_address text, OUT list_id bigint, OUT target text, OUT block_action text) IS 'One step of address resolution, for the daemons and the stored-procedure API alike: user, list, blocked, inactive (a deactivated domain, or with a list_id a deactivated list), redirect, unknown, foreign or invalid. primary_address is that of an active user, though it may itself be blocked or in a deactivated domain (then the decision is unknown).';


--
-- Name: lookup_keys(text); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.lookup_keys(local_part text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    keys text[] := ARRAY[local_part];
    rest text := local_part;
BEGIN
    -- Not STRICT, which answers NULL without asking whether the caller may.
    IF local_part IS NULL THEN
        RETURN NULL;
    END IF;
    LOOP
        -- Without its last + or - and what follows; empty where it has none, or nothing before it.
        rest := left(rest, -strpos(reverse(translate(rest, '-', '+')), '+'));
        EXIT WHEN rest = '';
        keys := keys || rest;
    END LOOP;
    RETURN keys;
END;
$$;


ALTER FUNCTION authserver.lookup_keys(local_part text) OWNER TO authserver_owner;

--
-- Name: FUNCTION lookup_keys(local_part text); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.lookup_keys(local_part text) IS 'The local parts at which an address may be found: itself, then each prefix that ends before a + or -, longest first.';


--
-- Name: notify_alias(); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.notify_alias() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM authserver.notify_changes('domain', (SELECT array_agg(DISTINCT c.domain_id) FROM changed c));
    IF TG_OP = 'UPDATE' THEN
        -- A delivery mailbox decides about all aliases of its user and is the address of the lists it owns.
        PERFORM authserver.notify_users((SELECT array_agg(DISTINCT c.user_id) FROM changed c WHERE c.user_id IS NOT NULL));
    END IF;
    RETURN NULL;
END;
$$;


ALTER FUNCTION authserver.notify_alias() OWNER TO authserver_owner;

--
-- Name: FUNCTION notify_alias(); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.notify_alias() IS 'Notifies the domains whose aliases changed.';


--
-- Name: notify_all(); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.notify_all() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM authserver.notify_changes('all', ARRAY[0]);
    RETURN NULL;
END;
$$;


ALTER FUNCTION authserver.notify_all() OWNER TO authserver_owner;

--
-- Name: FUNCTION notify_all(); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.notify_all() IS 'Notifies that anything may have changed.';


--
-- Name: notify_changes(text, bigint[]); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.notify_changes(kind text, ids bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    id bigint;
BEGIN
    -- A change of thousands of rows at once is cheaper told in one word.
    IF cardinality(ids) > 1000 THEN
        PERFORM pg_notify('authserver', 'all 0');
        RETURN;
    END IF;
    FOREACH id IN ARRAY coalesce(ids, '{}') LOOP
        PERFORM pg_notify('authserver', kind || ' ' || id);
    END LOOP;
END;
$$;


ALTER FUNCTION authserver.notify_changes(kind text, ids bigint[]) OWNER TO authserver_owner;

--
-- Name: FUNCTION notify_changes(kind text, ids bigint[]); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.notify_changes(kind text, ids bigint[]) IS 'Tells who listens on channel authserver which rows changed.';


--
-- Name: notify_dkim_key(); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.notify_dkim_key() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM authserver.notify_changes('domain', (SELECT array_agg(DISTINCT c.domain_id) FROM changed c));
    RETURN NULL;
END;
$$;


ALTER FUNCTION authserver.notify_dkim_key() OWNER TO authserver_owner;

--
-- Name: FUNCTION notify_dkim_key(); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.notify_dkim_key() IS 'Notifies the domains whose keys changed.';


--
-- Name: notify_domain(); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.notify_domain() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM authserver.notify_changes('domain', (SELECT array_agg(DISTINCT c.id) FROM changed c));
    IF TG_OP = 'INSERT' THEN
        PERFORM authserver.notify_changes('domain', ARRAY[0]);
    END IF;
    RETURN NULL;
END;
$$;


ALTER FUNCTION authserver.notify_domain() OWNER TO authserver_owner;

--
-- Name: FUNCTION notify_domain(); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.notify_domain() IS 'Notifies changes of domains; a new one also drops what was cached about names that were nobody''s.';


--
-- Name: notify_domain_active(); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.notify_domain_active() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM changed c JOIN previous p ON p.id = c.id WHERE p.active <> c.active) THEN
        RETURN NULL;
    END IF;
    PERFORM authserver.notify_users((
        SELECT array_agg(m.id) FROM (
            SELECT u.id
            FROM changed c
            JOIN previous p ON p.id = c.id AND p.active <> c.active
            JOIN authserver.email_alias a ON a.domain_id = c.id
            JOIN authserver.mail_user u ON u.delivery_mailbox_id = a.id
            -- Of more than 1000 notify_users tells no names.
            LIMIT 1001) m));
    RETURN NULL;
END;
$$;


ALTER FUNCTION authserver.notify_domain_active() OWNER TO authserver_owner;

--
-- Name: FUNCTION notify_domain_active(); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.notify_domain_active() IS 'Notifies what depends on the users whose delivery mailbox is in a domain that was activated or deactivated.';


--
-- Name: notify_list(); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.notify_list() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM authserver.notify_changes('list', (SELECT array_agg(DISTINCT c.id) FROM changed c));
    RETURN NULL;
END;
$$;


ALTER FUNCTION authserver.notify_list() OWNER TO authserver_owner;

--
-- Name: FUNCTION notify_list(); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.notify_list() IS 'Notifies changes of lists.';


--
-- Name: notify_list_address(); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.notify_list_address() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM authserver.notify_changes('list', (SELECT array_agg(DISTINCT c.list_id) FROM changed c));
    RETURN NULL;
END;
$$;


ALTER FUNCTION authserver.notify_list_address() OWNER TO authserver_owner;

--
-- Name: FUNCTION notify_list_address(); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.notify_list_address() IS 'Notifies the lists whose members changed.';


--
-- Name: notify_user(); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.notify_user() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM authserver.notify_users((SELECT array_agg(DISTINCT c.id) FROM changed c));
    RETURN NULL;
END;
$$;


ALTER FUNCTION authserver.notify_user() OWNER TO authserver_owner;

--
-- Name: FUNCTION notify_user(); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.notify_user() IS 'Notifies changes of users.';


--
-- Name: notify_users(uuid[]); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.notify_users(users uuid[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF cardinality(users) > 1000 THEN
        PERFORM authserver.notify_changes('all', ARRAY[0]);
        RETURN;
    END IF;
    PERFORM authserver.notify_changes('domain', (
        SELECT array_agg(DISTINCT a.domain_id) FROM authserver.email_alias a WHERE a.user_id = ANY (users)));
    PERFORM authserver.notify_changes('list', (
        SELECT array_agg(DISTINCT l.id) FROM authserver.mailing_list l WHERE l.owner_id = ANY (users)));
END;
$$;


ALTER FUNCTION authserver.notify_users(users uuid[]) OWNER TO authserver_owner;

--
-- Name: FUNCTION notify_users(users uuid[]); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.notify_users(users uuid[]) IS 'Notifies the domains of users'' aliases and the lists that they own.';


--
-- Name: refuse_rename(); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.refuse_rename() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION '% of % does not change: its keys are bound to it; make it anew', TG_ARGV[0], TG_TABLE_NAME
        USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END;
$$;


ALTER FUNCTION authserver.refuse_rename() OWNER TO authserver_owner;

--
-- Name: FUNCTION refuse_rename(); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.refuse_rename() IS 'Refuses a change that would part a wrapped key from its associated data. SQLSTATE 23514.';


--
-- Name: schema_version(); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.schema_version() RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT coalesce(max(m.version), 0) FROM authserver.schema_migration m
$$;


ALTER FUNCTION authserver.schema_version() OWNER TO authserver_owner;

--
-- Name: FUNCTION schema_version(); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.schema_version() IS 'The number of the last migration. A daemon refuses to start on one that it does not know.';


--
-- Name: set_changed_at(); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.set_changed_at() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    NEW.changed_at := now();
    RETURN NEW;
END;
$$;


ALTER FUNCTION authserver.set_changed_at() OWNER TO authserver_owner;

--
-- Name: FUNCTION set_changed_at(); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.set_changed_at() IS 'Keeps changed_at.';


--
-- Name: signer_keys(text[]); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.signer_keys(domains text[]) RETURNS TABLE(domain_id bigint, domain text, sign boolean, require_signature boolean, refuse_several_authors boolean, sign_by_reverse_path boolean, signature_expiry_seconds bigint, key_id bigint, selector text, algorithm text, wrapped_private_key bytea)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- A deactivated domain is one that does not sign: no parent signs for it, and its mail does not wait for a key.
    SELECT d.id, d.name, d.sign AND d.active, d.require_signature AND d.active, d.refuse_several_authors, d.sign_by_reverse_path,
           d.signature_expiry_seconds, k.id, k.selector, k.algorithm, k.wrapped_private_key
    FROM authserver.domain d
    LEFT JOIN authserver.dkim_key k ON k.domain_id = d.id AND k.state = 'active' AND d.active
    WHERE d.name = ANY (domains)
    ORDER BY d.name, k.id
$$;


ALTER FUNCTION authserver.signer_keys(domains text[]) OWNER TO authserver_owner;

--
-- Name: FUNCTION signer_keys(domains text[]); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.signer_keys(domains text[]) IS 'For each given name (folded A-labels) that is a domain of ours: a row for each active key, or one with NULL key columns; a deactivated one has no keys, does not sign and requires nothing. Other names give no row.';


--
-- Name: signer_profiles(text[]); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.signer_profiles(domains text[]) RETURNS TABLE(domain_id bigint, header_canonicalization text, body_canonicalization text, signed_fields text, oversigned_fields text, auid text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT d.id, d.header_canonicalization, d.body_canonicalization, d.signed_fields, d.oversigned_fields, d.auid
    FROM authserver.domain d
    WHERE d.name = ANY (domains)
    ORDER BY d.name
$$;


ALTER FUNCTION authserver.signer_profiles(domains text[]) OWNER TO authserver_owner;

--
-- Name: FUNCTION signer_profiles(domains text[]); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.signer_profiles(domains text[]) IS 'For each given name (folded A-labels) that is a domain of ours: what its signatures cover and say. Field names are as in h=. A routine of its own, so that signer_keys stays as the daemons that are running know it.';


--
-- Name: signer_wrapping_keys(); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.signer_wrapping_keys() RETURNS TABLE(wrapping_key_id text, keys bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT encode(substring(k.wrapped_private_key FROM 2 FOR 8), 'hex'), count(*)
    FROM authserver.dkim_key k
    WHERE k.state = 'active'
    GROUP BY 1
    ORDER BY 1
$$;


ALTER FUNCTION authserver.signer_wrapping_keys() OWNER TO authserver_owner;

--
-- Name: FUNCTION signer_wrapping_keys(); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.signer_wrapping_keys() IS 'The IDs of the wrapping keys that the active private keys are wrapped with, so that dkimsigner can say at its start that it was given another one.';


--
-- Name: split_address(text); Type: FUNCTION; Schema: authserver; Owner: authserver_owner
--

CREATE FUNCTION authserver.split_address(address text, OUT local_part text, OUT domain text) RETURNS record
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
$_$;


ALTER FUNCTION authserver.split_address(address text, OUT local_part text, OUT domain text) OWNER TO authserver_owner;

--
-- Name: FUNCTION split_address(address text, OUT local_part text, OUT domain text); Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON FUNCTION authserver.split_address(address text, OUT local_part text, OUT domain text) IS 'The folded local part, without quotes, and the folded domain of an address; NULLs where it is none: exactly one @ outside quotes, neither side empty.';


--
-- Name: authserver_check_domain(character varying); Type: FUNCTION; Schema: public; Owner: authserver_owner
--

CREATE FUNCTION public.authserver_check_domain(domain character varying) RETURNS SETOF character varying
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT d.name::varchar FROM authserver.domain d
    WHERE d.name = lower(authserver_check_domain.domain COLLATE "C") COLLATE "default" AND d.active
$$;


ALTER FUNCTION public.authserver_check_domain(domain character varying) OWNER TO authserver_owner;

--
-- Name: FUNCTION authserver_check_domain(domain character varying); Type: COMMENT; Schema: public; Owner: authserver_owner
--

COMMENT ON FUNCTION public.authserver_check_domain(domain character varying) IS 'STABLE API: the name of a domain of ours that takes mail; no row for any other, nor for a deactivated one.';


--
-- Name: authserver_get_credentials(character varying); Type: FUNCTION; Schema: public; Owner: authserver_owner
--

CREATE FUNCTION public.authserver_get_credentials(email character varying) RETURNS TABLE(username character varying, password character varying, primary_alias character varying)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    found record;
BEGIN
    found := authserver.find_login(email);
    IF found.user_id IS NOT NULL THEN
        username := email;
        password := found.password;
        primary_alias := found.primary_address;
        RETURN NEXT;
    END IF;
END;
$$;


ALTER FUNCTION public.authserver_get_credentials(email character varying) OWNER TO authserver_owner;

--
-- Name: FUNCTION authserver_get_credentials(email character varying); Type: COMMENT; Schema: public; Owner: authserver_owner
--

COMMENT ON FUNCTION public.authserver_get_credentials(email character varying) IS 'STABLE API: the password hash and primary address of who logs in with an address or as a service user; no row where nobody may.';


--
-- Name: authserver_get_credentials(character varying, character varying); Type: FUNCTION; Schema: public; Owner: authserver_owner
--

CREATE FUNCTION public.authserver_get_credentials(email character varying, required_permission character varying) RETURNS TABLE(username character varying, password character varying, primary_alias character varying)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    found record;
BEGIN
    found := authserver.find_login(email);
    IF found.user_id IS NOT NULL AND authserver.has_permission(found.user_id, required_permission) THEN
        username := email;
        password := found.password;
        primary_alias := found.primary_address;
        RETURN NEXT;
    END IF;
END;
$$;


ALTER FUNCTION public.authserver_get_credentials(email character varying, required_permission character varying) OWNER TO authserver_owner;

--
-- Name: FUNCTION authserver_get_credentials(email character varying, required_permission character varying); Type: COMMENT; Schema: public; Owner: authserver_owner
--

COMMENT ON FUNCTION public.authserver_get_credentials(email character varying, required_permission character varying) IS 'STABLE API: as authserver_get_credentials(varchar), for users only who hold the permission themselves or through a group.';


--
-- Name: authserver_iterate_users(); Type: FUNCTION; Schema: public; Owner: authserver_owner
--

CREATE FUNCTION public.authserver_iterate_users() RETURNS TABLE(userid character varying)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT (m.local_part || '@' || d.name)::varchar
    FROM authserver.mail_user u
    JOIN authserver.email_alias m ON m.id = u.delivery_mailbox_id
    JOIN authserver.domain d ON d.id = m.domain_id
    WHERE u.active AND m.blocked IS NULL AND d.active
$$;


ALTER FUNCTION public.authserver_iterate_users() OWNER TO authserver_owner;

--
-- Name: FUNCTION authserver_iterate_users(); Type: COMMENT; Schema: public; Owner: authserver_owner
--

COMMENT ON FUNCTION public.authserver_iterate_users() IS 'STABLE API: the primary address of every active user, each a mailbox; none that is blocked or in a deactivated domain.';


--
-- Name: authserver_resolve_alias(character varying, boolean); Type: FUNCTION; Schema: public; Owner: authserver_owner
--

CREATE FUNCTION public.authserver_resolve_alias(email character varying, resolve_to_virtmail boolean DEFAULT false) RETURNS TABLE(alias character varying)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    virtmail CONSTANT text := 'virtmail';
    -- OpenSMTPD reads what query_alias says as a line of an aliases file: what begins with | is a program to run, with / a
    -- file to write, and an apostrophe opens a quotation. Only what it reads as the address that it is goes there.
    readable CONSTANT text := '^[a-z0-9!#$%&*+=?^_`{}~-][a-z0-9!#$%&*+=?^_`{}~|/.-]*@[a-z0-9.-]+$';
    parts    record;
    looked   record;
    target   text;
    srs      boolean;
BEGIN
    IF strpos(email, '@') = 0 THEN
        -- The composed queries hand what comes out here to authserver_get_credentials.
        IF NOT resolve_to_virtmail THEN
            alias := (
                SELECT s.username FROM authserver.service_user s
                JOIN authserver.mail_user u ON u.id = s.user_id AND u.active
                WHERE s.username = lower(email COLLATE "C") COLLATE "default" AND authserver.is_usable_password(s.password));
        END IF;
        IF alias IS NOT NULL THEN
            RETURN NEXT;
        END IF;
        RETURN;
    END IF;

    parts := authserver.split_address(email);
    -- In a deactivated domain too: what was sent in its name may still come back.
    srs := authserver.is_srs_address(parts.local_part);
    IF srs IS NOT NULL AND EXISTS (SELECT FROM authserver.domain d WHERE d.name = parts.domain) THEN
        alias := CASE WHEN resolve_to_virtmail THEN virtmail ELSE email END;
        IF srs THEN
            RETURN NEXT;
        END IF;
        RETURN;
    END IF;

    looked := authserver.look_up(email);
    IF looked.decision = 'redirect' THEN
        -- What a catch-all takes is nobody's name: the composed queries find no credentials for it.
        target := CASE
            WHEN EXISTS (SELECT FROM authserver.domain d WHERE d.name = parts.domain AND d.catch_all IS NOT NULL) THEN email
            ELSE looked.target
        END;
        -- As far as forwarder_resolve follows; whether a foreign target exists is its domain's to say.
        FOR i IN 1 .. 10 LOOP
            EXIT WHEN looked.decision <> 'redirect';
            looked := authserver.look_up(looked.target);
        END LOOP;
        IF looked.decision IN ('user', 'list', 'foreign') THEN
            alias := CASE WHEN resolve_to_virtmail THEN virtmail ELSE target END;
            RETURN NEXT;
        END IF;
    ELSIF looked.decision = 'list' THEN
        alias := CASE WHEN resolve_to_virtmail THEN virtmail ELSE email END;
        RETURN NEXT;
    ELSIF looked.decision = 'user' THEN
        alias := CASE
            WHEN resolve_to_virtmail AND looked.primary_address = lower(email COLLATE "C") THEN virtmail
            -- Delivered as it is written: Dovecot finds the mailbox by any address.
            WHEN resolve_to_virtmail AND looked.primary_address COLLATE "C" !~ readable THEN virtmail
            ELSE looked.primary_address
        END;
        RETURN NEXT;
    END IF;
END;
$_$;


ALTER FUNCTION public.authserver_resolve_alias(email character varying, resolve_to_virtmail boolean) OWNER TO authserver_owner;

--
-- Name: FUNCTION authserver_resolve_alias(email character varying, resolve_to_virtmail boolean); Type: COMMENT; Schema: public; Owner: authserver_owner
--

COMMENT ON FUNCTION public.authserver_resolve_alias(email character varying, resolve_to_virtmail boolean) IS 'STABLE API. With true: virtmail for an address that is delivered or forwarded here as it is written, the primary address for another alias of a user (virtmail if OpenSMTPD''s aliases cannot write it: what begins with | or /, or has an apostrophe or a character beyond ASCII). With false: the primary address, for a list or a catch-all the input, for a redirect its target, for a service user its own name. No row for what takes no mail.';


--
-- Name: authserver_sender_addresses(character varying); Type: FUNCTION; Schema: public; Owner: authserver_owner
--

CREATE FUNCTION public.authserver_sender_addresses(login character varying) RETURNS TABLE(address character varying)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    -- table-postgres joins the rows with ", " in a buffer of LINE_MAX (2048), OpenSMTPD splits them in another. One
    -- octet too many, and the user could not send at all.
    max_octets CONSTANT int := 2000;
    folded     CONSTANT text := lower(login COLLATE "C");
    found      record;
BEGIN
    -- Who may not log in by this name sends from nowhere.
    found := authserver.find_login(login);
    IF found.user_id IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH RECURSIVE own (local_part, domain, alias_id, depth) AS (
            SELECT a.local_part, d.name, a.id, 0
            FROM authserver.email_alias a
            -- Not as joins, here and below: for many aliases they would read all domains, or all aliases.
            CROSS JOIN LATERAL (
                SELECT n.name FROM authserver.domain n WHERE n.id = a.domain_id AND n.active OFFSET 0) d
            WHERE a.user_id = found.user_id AND a.blocked IS NULL
            UNION ALL
            -- The same local part in a domain that is redirected, where it is nobody's own there; as far as
            -- forwarder_resolve follows redirects.
            SELECT o.local_part, d.name, o.alias_id, o.depth + 1
            FROM own o
            CROSS JOIN LATERAL (
                SELECT r.id, r.name FROM authserver.domain r WHERE r.redirect_to = o.domain AND r.active OFFSET 0) d
            WHERE o.depth < 10 AND NOT EXISTS (
                SELECT FROM authserver.email_alias a
                WHERE a.domain_id = d.id AND a.local_part = ANY (authserver.lookup_keys(o.local_part)) OFFSET 0)
        ),
        written AS (
            -- An apostrophe opens a quotation in OpenSMTPD's lines; no other character that an alias can have does.
            SELECT replace(w.address, '''', '\''') AS line, row_number() OVER (
                ORDER BY w.address = found.primary_address DESC, w.address = folded DESC, w.depth, w.alias_id, w.address) AS place
            FROM (SELECT o.local_part || '@' || o.domain AS address, o.depth, o.alias_id FROM own o) w
        )
        SELECT l.line::varchar
        FROM (SELECT w.line, w.place, sum(octet_length(w.line) + 2) OVER (ORDER BY w.place) AS octets FROM written w) l
        WHERE l.octets <= max_octets
        ORDER BY l.place;
END;
$$;


ALTER FUNCTION public.authserver_sender_addresses(login character varying) OWNER TO authserver_owner;

--
-- Name: FUNCTION authserver_sender_addresses(login character varying); Type: COMMENT; Schema: public; Owner: authserver_owner
--

COMMENT ON FUNCTION public.authserver_sender_addresses(login character varying) IS 'STABLE API, for the senders table (query_mailaddrmap) of OpenSMTPD: the addresses from which somebody may send who logged in with an address of his or as a service user: the primary address first, then his other aliases that are neither blocked nor in a deactivated domain, also by way of redirected domains, as many as OpenSMTPD takes (2,000 octets), with \'' for an apostrophe. No row for who cannot log in.';


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: delivery_outcome; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.delivery_outcome (
    key bytea NOT NULL,
    outcome text NOT NULL,
    reply text,
    first_seen timestamp with time zone DEFAULT now() NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    envelope bigint NOT NULL,
    CONSTRAINT delivery_outcome_key_size CHECK ((octet_length(key) = 32)),
    CONSTRAINT delivery_outcome_known CHECK ((outcome = ANY (ARRAY['delivered'::text, 'refused'::text, 'reported'::text, 'deferred'::text]))),
    CONSTRAINT delivery_outcome_reply_size CHECK ((octet_length(reply) <= 2000))
);


ALTER TABLE authserver.delivery_outcome OWNER TO authserver_owner;

--
-- Name: TABLE delivery_outcome; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON TABLE authserver.delivery_outcome IS 'Outcomes of messages of which some targets still wait, so that a retry sends only what is missing.';


--
-- Name: COLUMN delivery_outcome.key; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.delivery_outcome.key IS 'SHA-256 over the message''s hash, the reverse-path, the client''s recipient and the target: nobody can read an address from it.';


--
-- Name: COLUMN delivery_outcome.outcome; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.delivery_outcome.outcome IS 'delivered: a next hop took it; refused: for good, nobody was told yet; reported: refused, and somebody was told; deferred: since first_seen.';


--
-- Name: COLUMN delivery_outcome.reply; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.delivery_outcome.reply IS 'Why it was refused, for the notification.';


--
-- Name: COLUMN delivery_outcome.envelope; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.delivery_outcome.envelope IS '64 bits of a hash over reverse-path and recipient: who has no row here need not be looked up.';


--
-- Name: dkim_key; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.dkim_key (
    id bigint NOT NULL,
    domain_id bigint NOT NULL,
    selector text NOT NULL,
    algorithm text NOT NULL,
    wrapped_private_key bytea,
    public_key bytea NOT NULL,
    state text DEFAULT 'published'::text NOT NULL,
    forced boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    activated_at timestamp with time zone,
    retired_at timestamp with time zone,
    revoked_at timestamp with time zone,
    seen_since timestamp with time zone,
    signatures_until timestamp with time zone,
    gone_at timestamp with time zone,
    CONSTRAINT dkim_key_algorithm_known CHECK ((algorithm = ANY (ARRAY['rsa'::text, 'ed25519'::text]))),
    CONSTRAINT dkim_key_gone_once_revoked CHECK (((gone_at IS NULL) OR (state = 'revoked'::text))),
    CONSTRAINT dkim_key_private_key_until_revoked CHECK (((wrapped_private_key IS NOT NULL) OR (state = ANY (ARRAY['retired'::text, 'revoked'::text])))),
    CONSTRAINT dkim_key_public_key_size CHECK (((octet_length(public_key) >= 32) AND (octet_length(public_key) <= 4096))),
    CONSTRAINT dkim_key_seen_while_published CHECK (((seen_since IS NULL) OR (state = 'published'::text))),
    CONSTRAINT dkim_key_selector_folded CHECK ((selector = lower((selector COLLATE "C")))),
    CONSTRAINT dkim_key_selector_valid CHECK (((octet_length(selector) <= 200) AND (selector ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$'::text))),
    CONSTRAINT dkim_key_state_has_its_time CHECK ((((state = 'published'::text) AND (activated_at IS NULL) AND (retired_at IS NULL) AND (revoked_at IS NULL)) OR ((state = 'active'::text) AND (activated_at IS NOT NULL) AND (retired_at IS NULL) AND (revoked_at IS NULL)) OR ((state = 'retired'::text) AND (retired_at IS NOT NULL) AND (revoked_at IS NULL)) OR ((state = 'revoked'::text) AND (retired_at IS NOT NULL) AND (revoked_at IS NOT NULL)))),
    CONSTRAINT dkim_key_state_known CHECK ((state = ANY (ARRAY['published'::text, 'active'::text, 'retired'::text, 'revoked'::text]))),
    CONSTRAINT dkim_key_times_in_order CHECK (((retired_at >= activated_at) AND (revoked_at >= retired_at))),
    CONSTRAINT dkim_key_wrapped_private_key_size CHECK (((octet_length(wrapped_private_key) >= 32) AND (octet_length(wrapped_private_key) <= 16384)))
);


ALTER TABLE authserver.dkim_key OWNER TO authserver_owner;

--
-- Name: TABLE dkim_key; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON TABLE authserver.dkim_key IS 'The DKIM keys of a domain; all active ones sign.';


--
-- Name: COLUMN dkim_key.wrapped_private_key; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.dkim_key.wrapped_private_key IS 'PKCS#8 under AES-256-GCM, bound to domain and selector; may be forgotten once the key is retired.';


--
-- Name: COLUMN dkim_key.public_key; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.dkim_key.public_key IS 'X.509 SubjectPublicKeyInfo (DER).';


--
-- Name: COLUMN dkim_key.state; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.dkim_key.state IS 'published -> active -> retired -> revoked.';


--
-- Name: COLUMN dkim_key.forced; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.dkim_key.forced IS 'Whether it was activated without its DNS record having been seen.';


--
-- Name: COLUMN dkim_key.seen_since; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.dkim_key.seen_since IS 'Since when each look found the record of a published key in DNS.';


--
-- Name: COLUMN dkim_key.signatures_until; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.dkim_key.signatures_until IS 'When the last signature expires, as far as that is settled: at retirement, or when the domain''s expiry was changed.';


--
-- Name: COLUMN dkim_key.gone_at; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.dkim_key.gone_at IS 'When the record of a revoked key was seen to have left DNS.';


--
-- Name: dkim_key_event; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.dkim_key_event (
    id bigint NOT NULL,
    domain text NOT NULL,
    selector text NOT NULL,
    event text NOT NULL,
    forced boolean DEFAULT false NOT NULL,
    person text NOT NULL,
    role text DEFAULT SESSION_USER NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT dkim_key_event_known CHECK ((event = ANY (ARRAY['created'::text, 'imported'::text, 'exported'::text, 'activated'::text, 'retired'::text, 'revoked'::text, 'removed'::text]))),
    CONSTRAINT dkim_key_event_person_valid CHECK ((((octet_length(person) >= 1) AND (octet_length(person) <= 255)) AND (person !~ '[[:cntrl:]]'::text)))
);


ALTER TABLE authserver.dkim_key_event OWNER TO authserver_owner;

--
-- Name: TABLE dkim_key_event; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON TABLE authserver.dkim_key_event IS 'What was done with each DKIM key, by whom, and whether a rule was overridden; rows are only added.';


--
-- Name: COLUMN dkim_key_event.forced; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.dkim_key_event.forced IS 'Whether --force passed over a rule: activated unseen in DNS, or revoked too early.';


--
-- Name: COLUMN dkim_key_event.person; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.dkim_key_event.person IS 'The operating system''s name of who called the command line.';


--
-- Name: COLUMN dkim_key_event.role; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.dkim_key_event.role IS 'The database role that was logged in.';


--
-- Name: dkim_key_event_id_seq; Type: SEQUENCE; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE authserver.dkim_key_event ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME authserver.dkim_key_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: dkim_key_id_seq; Type: SEQUENCE; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE authserver.dkim_key ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME authserver.dkim_key_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: domain; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.domain (
    id bigint NOT NULL,
    name text NOT NULL,
    redirect_to text,
    can_use_transactional boolean DEFAULT false NOT NULL,
    sign boolean DEFAULT true NOT NULL,
    require_signature boolean DEFAULT false NOT NULL,
    refuse_several_authors boolean DEFAULT false NOT NULL,
    sign_by_reverse_path boolean DEFAULT false NOT NULL,
    signature_expiry_seconds bigint DEFAULT 604800,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    header_canonicalization text DEFAULT 'relaxed'::text NOT NULL,
    body_canonicalization text DEFAULT 'relaxed'::text NOT NULL,
    signed_fields text,
    oversigned_fields text,
    auid text,
    rotate_keys boolean DEFAULT true NOT NULL,
    key_age_days integer DEFAULT 180 NOT NULL,
    key_lead_days integer DEFAULT 2 NOT NULL,
    key_grace_days integer DEFAULT 5 NOT NULL,
    catch_all text,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT domain_auid_valid CHECK (((auid = 'author'::text) OR ((octet_length(auid) <= 320) AND (auid ~ '^([A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*)?@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text) AND ((split_part(auid, '@'::text, 2) = name) OR ("right"(split_part(auid, '@'::text, 2), (length(name) + 1)) = ('.'::text || name)))))),
    CONSTRAINT domain_body_canonicalization_known CHECK ((body_canonicalization = ANY (ARRAY['simple'::text, 'relaxed'::text]))),
    CONSTRAINT domain_catch_all_valid CHECK (((octet_length(split_part(catch_all, '@'::text, 1)) <= 64) AND (octet_length(split_part(catch_all, '@'::text, 2)) <= 253) AND (catch_all ~ '^[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+(\.[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text))),
    CONSTRAINT domain_header_canonicalization_known CHECK ((header_canonicalization = ANY (ARRAY['simple'::text, 'relaxed'::text]))),
    CONSTRAINT domain_key_age_valid CHECK (((key_age_days >= 1) AND (key_age_days <= 3650))),
    CONSTRAINT domain_key_grace_valid CHECK (((key_grace_days >= 5) AND (key_grace_days <= 365))),
    CONSTRAINT domain_key_lead_valid CHECK (((key_lead_days >= 0) AND (key_lead_days <= 90))),
    CONSTRAINT domain_name_folded CHECK ((name = lower((name COLLATE "C")))),
    CONSTRAINT domain_name_valid CHECK (((octet_length(name) <= 253) AND (name ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text))),
    CONSTRAINT domain_oversigned_fields_valid CHECK (((octet_length(oversigned_fields) <= 1000) AND (oversigned_fields ~ '^[!-9<-@[-~]+(:[!-9<-@[-~]+)*$'::text) AND (oversigned_fields !~ '(^|:)(bcc|resent-bcc|received|return-path|delivered-to|dkim-signature|authentication-results|arc-[a-z-]*)(:|$)'::text))),
    CONSTRAINT domain_redirect_not_to_itself CHECK ((redirect_to <> name)),
    CONSTRAINT domain_redirect_or_catch_all CHECK ((num_nonnulls(redirect_to, catch_all) <= 1)),
    CONSTRAINT domain_redirect_to_folded CHECK ((redirect_to = lower((redirect_to COLLATE "C")))),
    CONSTRAINT domain_redirect_to_valid CHECK (((octet_length(redirect_to) <= 253) AND (redirect_to ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text))),
    CONSTRAINT domain_require_signature_signs CHECK ((sign OR (NOT require_signature))),
    CONSTRAINT domain_signature_expiry_valid CHECK (((signature_expiry_seconds >= 60) AND (signature_expiry_seconds <= 315360000))),
    CONSTRAINT domain_signed_fields_valid CHECK (((octet_length(signed_fields) <= 1000) AND (signed_fields ~ '^[!-9<-@[-~]+(:[!-9<-@[-~]+)*$'::text) AND (signed_fields !~ '(^|:)(bcc|resent-bcc|received|return-path|delivered-to|dkim-signature|authentication-results|arc-[a-z-]*)(:|$)'::text)))
);


ALTER TABLE authserver.domain OWNER TO authserver_owner;

--
-- Name: TABLE domain; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON TABLE authserver.domain IS 'The mail domains of ours, with their policy for DKIM signatures.';


--
-- Name: COLUMN domain.name; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.name IS 'Folded A-labels. Never changes: wrapped keys are bound to it.';


--
-- Name: COLUMN domain.redirect_to; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.redirect_to IS 'The domain at which local parts without an alias of their own are looked for.';


--
-- Name: COLUMN domain.can_use_transactional; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.can_use_transactional IS 'Whether its submitted mail may take the transactional relay.';


--
-- Name: COLUMN domain.sign; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.sign IS 'Whether its mail is signed.';


--
-- Name: COLUMN domain.require_signature; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.require_signature IS 'Whether mail that cannot be signed now has to wait (451 4.3.5).';


--
-- Name: COLUMN domain.refuse_several_authors; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.refuse_several_authors IS 'Whether mail with several authors is refused (550 5.6.0) instead of passed unsigned.';


--
-- Name: COLUMN domain.sign_by_reverse_path; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.sign_by_reverse_path IS 'Whether it signs mail of foreign authors whose reverse-path is in this domain.';


--
-- Name: COLUMN domain.signature_expiry_seconds; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.signature_expiry_seconds IS 'How long after t= a signature expires (x=); NULL for no x=.';


--
-- Name: COLUMN domain.header_canonicalization; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.header_canonicalization IS 'The first word of c=.';


--
-- Name: COLUMN domain.body_canonicalization; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.body_canonicalization IS 'The second word of c=.';


--
-- Name: COLUMN domain.signed_fields; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.signed_fields IS 'Header fields that are signed where present, beyond the default; names in lower case with colons between.';


--
-- Name: COLUMN domain.oversigned_fields; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.oversigned_fields IS 'Header fields that are signed once more than they come, present or not, beyond the default.';


--
-- Name: COLUMN domain.auid; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.auid IS 'i=: author for the author''s address, or [local-part]@ and this domain or one below it; NULL for none.';


--
-- Name: COLUMN domain.rotate_keys; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.rotate_keys IS 'Whether `authserver dkim maintain` cares for its keys.';


--
-- Name: COLUMN domain.key_age_days; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.key_age_days IS 'How old an active key is when its successor is made.';


--
-- Name: COLUMN domain.key_lead_days; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.key_lead_days IS 'How long a successor''s record has to be seen in DNS before it signs.';


--
-- Name: COLUMN domain.key_grace_days; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.key_grace_days IS 'How long after the end of its last signature a retired key stays.';


--
-- Name: COLUMN domain.catch_all; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.catch_all IS 'The address that gets the mail for local parts without an alias of their own.';


--
-- Name: COLUMN domain.active; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.domain.active IS 'Whether it takes mail, lets its addresses log in and send, and signs. While it does not it is still ours: nobody takes it for foreign.';


--
-- Name: domain_id_seq; Type: SEQUENCE; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE authserver.domain ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME authserver.domain_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: email_alias; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.email_alias (
    id bigint NOT NULL,
    domain_id bigint NOT NULL,
    local_part text NOT NULL,
    user_id uuid,
    list_id bigint,
    blocked text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT email_alias_blocked_known CHECK ((blocked = ANY (ARRAY['reject'::text, 'drop'::text, 'defer'::text]))),
    CONSTRAINT email_alias_local_part_folded CHECK ((local_part = lower((local_part COLLATE "C")))),
    CONSTRAINT email_alias_local_part_length CHECK ((octet_length(local_part) <= 64)),
    CONSTRAINT email_alias_local_part_valid CHECK ((local_part ~ '^[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+(\.[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+)*$'::text)),
    CONSTRAINT email_alias_one_target CHECK (((num_nonnulls(user_id, list_id) = 1) OR ((num_nonnulls(user_id, list_id) = 0) AND (blocked IS NOT NULL))))
);


ALTER TABLE authserver.email_alias OWNER TO authserver_owner;

--
-- Name: TABLE email_alias; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON TABLE authserver.email_alias IS 'The addresses of our domains: each is a user''s, or a list''s, or blocked.';


--
-- Name: COLUMN email_alias.blocked; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.email_alias.blocked IS 'What happens to its mail while it is blocked: reject (550), drop (taken and thrown away), defer (451); NULL where it is not.';


--
-- Name: email_alias_id_seq; Type: SEQUENCE; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE authserver.email_alias ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME authserver.email_alias_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: mail_user; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.mail_user (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    identifier text NOT NULL,
    full_name text DEFAULT ''::text NOT NULL,
    password text,
    active boolean DEFAULT true NOT NULL,
    staff boolean DEFAULT false NOT NULL,
    delivery_mailbox_id bigint,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT mail_user_full_name_valid CHECK (((octet_length(full_name) <= 1000) AND (full_name !~ '[[:cntrl:]]'::text))),
    CONSTRAINT mail_user_identifier_folded CHECK ((identifier = lower((identifier COLLATE "C")))),
    CONSTRAINT mail_user_identifier_valid CHECK ((((octet_length(identifier) >= 1) AND (octet_length(identifier) <= 255)) AND (identifier !~ '[[:cntrl:][:space:]]'::text))),
    CONSTRAINT mail_user_password_valid CHECK (((octet_length(password) <= 1000) AND ((password = ''::text) OR (password ~ '^[!*]'::text) OR (password ~ '^\$[a-z0-9-]+\$[!-9;-~]+$'::text))))
);


ALTER TABLE authserver.mail_user OWNER TO authserver_owner;

--
-- Name: TABLE mail_user; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON TABLE authserver.mail_user IS 'People with a mailbox.';


--
-- Name: COLUMN mail_user.identifier; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.mail_user.identifier IS 'The name of the account, folded; not an address that receives mail.';


--
-- Name: COLUMN mail_user.password; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.mail_user.password IS 'A crypt(3) hash such as $5$…';


--
-- Name: COLUMN mail_user.delivery_mailbox_id; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.mail_user.delivery_mailbox_id IS 'The alias whose address is the mailbox, and the user''s primary address.';


--
-- Name: mailing_list; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.mailing_list (
    id bigint NOT NULL,
    name text NOT NULL,
    new_mailfrom text,
    owner_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT mailing_list_name_valid CHECK ((((octet_length(name) >= 1) AND (octet_length(name) <= 255)) AND (name !~ '[[:cntrl:]]'::text) AND (name !~ '^\s|\s$'::text))),
    CONSTRAINT mailing_list_new_mailfrom_valid CHECK (((octet_length(split_part(new_mailfrom, '@'::text, 1)) <= 64) AND (octet_length(split_part(new_mailfrom, '@'::text, 2)) <= 253) AND (new_mailfrom ~ '^[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+(\.[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)))
);


ALTER TABLE authserver.mailing_list OWNER TO authserver_owner;

--
-- Name: TABLE mailing_list; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON TABLE authserver.mailing_list IS 'Sets of addresses that an alias can stand for.';


--
-- Name: COLUMN mailing_list.new_mailfrom; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.mailing_list.new_mailfrom IS 'The reverse-path of what the list sends on; NULL to keep or rewrite the sender''s.';


--
-- Name: COLUMN mailing_list.owner_id; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.mailing_list.owner_id IS 'Who is told about members that cannot be reached.';


--
-- Name: COLUMN mailing_list.active; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.mailing_list.active IS 'Whether it takes mail. While it does not its addresses are refused, and within another list its members get nothing through it.';


--
-- Name: mailing_list_address; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.mailing_list_address (
    id bigint NOT NULL,
    list_id bigint NOT NULL,
    address text NOT NULL,
    CONSTRAINT mailing_list_address_valid CHECK (((octet_length(split_part(address, '@'::text, 1)) <= 64) AND (octet_length(split_part(address, '@'::text, 2)) <= 253) AND (address ~ '^[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+(\.[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)))
);


ALTER TABLE authserver.mailing_list_address OWNER TO authserver_owner;

--
-- Name: TABLE mailing_list_address; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON TABLE authserver.mailing_list_address IS 'The members of a list, in the order in which they were added.';


--
-- Name: mailing_list_address_id_seq; Type: SEQUENCE; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE authserver.mailing_list_address ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME authserver.mailing_list_address_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: mailing_list_id_seq; Type: SEQUENCE; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE authserver.mailing_list ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME authserver.mailing_list_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: permission; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.permission (
    id bigint NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT permission_name_valid CHECK ((((octet_length(name) >= 1) AND (octet_length(name) <= 255)) AND (name !~ '[[:cntrl:][:space:]]'::text)))
);


ALTER TABLE authserver.permission OWNER TO authserver_owner;

--
-- Name: TABLE permission; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON TABLE authserver.permission IS 'What a service can demand of who logs in.';


--
-- Name: COLUMN permission.active; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.permission.active IS 'Whether it counts; while it does not nobody holds it, whoever it is granted to.';


--
-- Name: permission_id_seq; Type: SEQUENCE; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE authserver.permission ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME authserver.permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: schema_migration; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.schema_migration (
    version integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT schema_migration_version CHECK ((version > 0))
);


ALTER TABLE authserver.schema_migration OWNER TO authserver_owner;

--
-- Name: TABLE schema_migration; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON TABLE authserver.schema_migration IS 'The migrations that this database has had.';


--
-- Name: schema_routine; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.schema_routine (
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);


ALTER TABLE authserver.schema_routine OWNER TO authserver_owner;

--
-- Name: TABLE schema_routine; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON TABLE authserver.schema_routine IS 'The routine files as they were last installed.';


--
-- Name: service_user; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.service_user (
    id bigint NOT NULL,
    user_id uuid NOT NULL,
    username text NOT NULL,
    password text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT service_user_password_valid CHECK (((octet_length(password) <= 1000) AND ((password = ''::text) OR (password ~ '^[!*]'::text) OR (password ~ '^\$[a-z0-9-]+\$[!-9;-~]+$'::text)))),
    CONSTRAINT service_user_username_folded CHECK ((username = lower((username COLLATE "C")))),
    CONSTRAINT service_user_username_valid CHECK ((((octet_length(username) >= 1) AND (octet_length(username) <= 255)) AND (username !~ '[[:cntrl:][:space:]@]'::text)))
);


ALTER TABLE authserver.service_user OWNER TO authserver_owner;

--
-- Name: TABLE service_user; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON TABLE authserver.service_user IS 'Further logins of a user, each with its own password, for programs and devices.';


--
-- Name: service_user_id_seq; Type: SEQUENCE; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE authserver.service_user ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME authserver.service_user_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: srs_token; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.srs_token (
    token text NOT NULL,
    address text NOT NULL,
    last_used date NOT NULL,
    CONSTRAINT srs_token_address_size CHECK (((octet_length(address) >= 3) AND (octet_length(address) <= 1000))),
    CONSTRAINT srs_token_valid CHECK ((token ~ '^[a-z2-7]{26}$'::text))
);


ALTER TABLE authserver.srs_token OWNER TO authserver_owner;

--
-- Name: TABLE srs_token; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON TABLE authserver.srs_token IS 'Senders whose SRS address would have more than 64 octets in its local part (RFC 5321 §4.5.3.1.1).';


--
-- Name: COLUMN srs_token.token; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.srs_token.token IS 'The first 130 bits of the address'' SHA-256 in base 32; the SRS address holds it under a hash that only mailforwarder can make.';


--
-- Name: COLUMN srs_token.address; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.srs_token.address IS 'To whom a bounce goes.';


--
-- Name: COLUMN srs_token.last_used; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.srs_token.last_used IS 'The last day, in UTC, on which mail was forwarded for it.';


--
-- Name: user_group; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.user_group (
    id bigint NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT user_group_name_valid CHECK ((((octet_length(name) >= 1) AND (octet_length(name) <= 255)) AND (name !~ '[[:cntrl:]]'::text) AND (name !~ '^\s|\s$'::text)))
);


ALTER TABLE authserver.user_group OWNER TO authserver_owner;

--
-- Name: TABLE user_group; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON TABLE authserver.user_group IS 'Groups of users, which hold permissions.';


--
-- Name: COLUMN user_group.active; Type: COMMENT; Schema: authserver; Owner: authserver_owner
--

COMMENT ON COLUMN authserver.user_group.active IS 'Whether its members hold its permissions; what they hold themselves or through another group is theirs all the same.';


--
-- Name: user_group_id_seq; Type: SEQUENCE; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE authserver.user_group ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME authserver.user_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: user_group_member; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.user_group_member (
    group_id bigint NOT NULL,
    user_id uuid NOT NULL
);


ALTER TABLE authserver.user_group_member OWNER TO authserver_owner;

--
-- Name: user_group_permission; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.user_group_permission (
    group_id bigint NOT NULL,
    permission_id bigint NOT NULL
);


ALTER TABLE authserver.user_group_permission OWNER TO authserver_owner;

--
-- Name: user_permission; Type: TABLE; Schema: authserver; Owner: authserver_owner
--

CREATE TABLE authserver.user_permission (
    user_id uuid NOT NULL,
    permission_id bigint NOT NULL
);


ALTER TABLE authserver.user_permission OWNER TO authserver_owner;

--
-- Data for Name: delivery_outcome; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.delivery_outcome VALUES
	('\x7db5cd2f6b4952f158af37196b2a72b66cd07f70c60d0b772b433aa8dcf5ca6c', 'deferred', NULL, '2026-11-30 19:16:46.440855+00', '2026-11-30 19:16:46.440855+00', 3788800204750130491),
	('\x87e8c9db7deaf55b11a2e8961784379d41543488af1d16e88efc411f8d68d5a2', 'delivered', NULL, '2026-11-30 19:16:46.46066+00', '2026-11-30 19:16:46.46066+00', 3788800204750130491),
	('\xef37facdcddcc24dc34f1bcdb8bfc94b2c194f0d732afcf9de3acad34220054f', 'deferred', NULL, '2026-11-30 19:16:46.513936+00', '2026-11-30 19:16:46.513936+00', -1344269160605819181),
	('\x6ea31457adc12aabeb63312db5a16ccbf8cb9071308be0d2238c3cf08f9538b2', 'delivered', NULL, '2026-11-30 19:16:46.522454+00', '2026-11-30 19:16:46.522454+00', -1344269160605819181),
	('\x7d68448dc0cdf2d2e725860e8bba67c78f5a7003d8c5b067ed9af94c26870798', 'refused', '550 5.1.1 No such user', '2026-11-30 19:16:46.552487+00', '2026-11-30 19:16:46.552487+00', 3727877343855304063),
	('\x88566130cd54f22331e30dcc087ef836995be6a990f9df95467f36fcb01c2a9c', 'deferred', NULL, '2026-11-30 19:16:46.552487+00', '2026-11-30 19:16:46.552487+00', 3727877343855304063),
	('\x27e42f103ff239c687ba239afbfa1184f966182e3e4a6aa1644de836a2547a26', 'delivered', NULL, '2026-11-30 19:16:46.559073+00', '2026-11-30 19:16:46.559073+00', 3727877343855304063),
	('\x4efa18d7b736dd4a2cecfdac51dfddf1020cdf6d7b3484ae662dcf127e4c8df1', 'delivered', NULL, '2026-11-30 19:16:46.559073+00', '2026-11-30 19:16:46.559073+00', 3727877343855304063),
	('\xfaaf0752ab8082bf37ede9e70199c79985e95068910594ead0f54d5e8787a9af', 'delivered', NULL, '2026-11-30 19:16:46.559073+00', '2026-11-30 19:16:46.559073+00', 3727877343855304063),
	('\x79b32571b2a2527d0805044ff79dc37a45e31186e722b41993e515f5d4f09495', 'deferred', NULL, '2026-11-30 19:16:46.60778+00', '2026-11-30 19:16:46.60778+00', 6989248237617770615),
	('\x1a9d2c1cacf8a798eed7db614ca371c97c3efbd4999418ad8e80fb5e893848c0', 'delivered', NULL, '2026-11-30 19:16:46.616634+00', '2026-11-30 19:16:46.616634+00', 6989248237617770615),
	('\x2cb312cdc15124ad713b445002ae6a1c9b508b861f5cdd9d7f5600897e591af3', 'delivered', NULL, '2026-11-30 19:16:46.616634+00', '2026-11-30 19:16:46.616634+00', 6989248237617770615),
	('\x6bd5fd72d6cf58153d4119d072e145063f0a46b8b714237172bd77018c392df8', 'delivered', NULL, '2026-11-30 19:16:46.616634+00', '2026-11-30 19:16:46.616634+00', 6989248237617770615),
	('\x6bfe29f850ea626605a6924dd1c5b2da7f63405f7666700dcf36290c15ca1063', 'delivered', NULL, '2026-11-30 19:16:46.616634+00', '2026-11-30 19:16:46.616634+00', 6989248237617770615),
	('\x974a6c093df96d3bcfa4202b55958938d3d098d612f60206bd928e7350be64e9', 'deferred', NULL, '2026-11-30 19:16:46.639528+00', '2026-11-30 19:16:46.639528+00', -4332540494154632981),
	('\x7bbceaa462c01607762b805c0c2c91233c56f73a0456ae0606dcf17c5f88cb15', 'delivered', NULL, '2026-11-30 19:16:46.648894+00', '2026-11-30 19:16:46.648894+00', -4332540494154632981),
	('\xf80b9162f215b6b9da00f86fe1ed080f7c851b5ce88819c62fd36c38be6b41ff', 'delivered', NULL, '2026-11-30 19:16:46.648894+00', '2026-11-30 19:16:46.648894+00', -4332540494154632981),
	('\xfbbb93bed233f3c750be2f454ae97e99206aafa3d094b32f87a0b1a98461956e', 'delivered', NULL, '2026-11-30 19:16:46.648894+00', '2026-11-30 19:16:46.648894+00', -4332540494154632981),
	('\x4e955ed5f0d5c060842dd46219f6761a989316a6b1e56600640ecbb1b828ef06', 'deferred', NULL, '2026-11-30 19:16:46.670211+00', '2026-11-30 19:16:46.670211+00', -8686596646783454128),
	('\xba691c55c6a359d416d0f1f5f0cfedcf361c11d68b5c6ad02397af40a1c546ed', 'delivered', NULL, '2026-11-30 19:16:46.675863+00', '2026-11-30 19:16:46.675863+00', -8686596646783454128);


--
-- Data for Name: dkim_key; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.dkim_key OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 'rsa20261130', 'rsa', '\x01e16ed0824afb2272ee2f591f5a40cec0c5bce126806f8f235921d320604b25bee3fa3b8569c89095c432859bb41884a458cccd7971d699f125630e9b5d0e1d3b28964bec898fd33705db1f626bb007a5fd953dabee4cc18e46299b79f325acf407ccba18627414ddb99a91010486b5d8da1efa457650226b4a897a0fcaaf906ce17de97de20c4f2a48527941fb3d571c9890a424f6e8a4445d5811b2a3ef92f23dbdbe5028c4adc80aee886e17d3b1936cb4300826ac7c95d774d5ccea90fb7080263694c7fe9e7b4370f69ad6270e52430cf99dcede961cbfa175f0478f549b35e9074d1bd7b13a1913d9a07b890491bfc3a450dad4f384f6a9d550190c7da06470829cdcd14c15cf3c5f2d0c78fddcff3cfa7a82ed420a837b0ee4804d2402d8145274ee7c9afba7e758b4a3f6a23a45e74e5bd9be896ecf66ae7218b4e58610ab946b00a1e585f3b8516d0ddc58146bb45510eba04df7a440a1bb69c2e25ddd7c9f0a4fd087fefb1362764a868f19e8cf6cb032e10b3907746e5dd2c20abf1fa06d1fa431fd4477e013abea8e1e344683bb59e22c583e00b5836dfd524d509ecdbf362fb66cb3f21d307f4b15267f7dec06534fb71d257f17507add6fc1b5fd671ca135d32ae768699b30f611610415a0ca54b6e40d0cf6ab281cc2d76af68d533f9d43be4315ca0cebf34311a10aca5da23072feddaffb1882eb504c75ef82dd4ffa71db429783f3bc2de30409da57be60c65a3f92333d2c84366aa8207fd01b55c724b670323f31123ad8e8440d2d7f1a160546a51a27fbfc7992fbf5c39e01577e031c68f924825de6ab0c8bc51d90cb4ebfc2b15df3c0aeb36f3294e5cb45fe643fed13810dc9cae1e5f664ea5429b82fac7f7db2aaf546e24e2ceb62b8acddb2ae8689f9c9bb489f862e8a01091dfaf927849c6d375a17e25c482d72e4e3af62bb73425938c1aabf5a38e527a538e498f231e608e93da75f5b7cae5563915ab4e4fb6688954f0e9a5307dcdae4e4206874d38382aa50acec69d7515256768d71bce05201c8b46af61be4d31547eb692e770b3b90d25598c672162835d18506d88ac1e831d0dd9a03d0f02372aa07f4fb5b467c9739255763a987eded5dff3d4ee2146735cda182f7ee4979950ddb1272bea3734aab1587db102f29976fb1ec76f8d33d783936982c570d283ef523aeef4fa3ec648681757c0516b581f8e0cb859fed12c2a2400cc54b4ea3fd5436b0876802afa851fe7353c76f58cad5dd01251b44013b40727186a810418887941f7c90a78f1476eaa14e51984e7c90744939e52aee90dd43f84038997360b0c4ca8acfde6ceea608f7fb97ee6667eea3d10d45d62298d3b65a587ef9f46d68928cbdfcf1db8fe8a779123f8d125719be154e187fed3c1471dea8a24d41e1f1d91af36f1df0e5759c40220ca096c395f399ca22c0fb53631c5b1b058729dca89949ad9adc0e8f6126ac5ee99d28d8980b8adb1507e1c8b2c09bce6ec7130366caaf904317199c6b041c96083fc89e6c3e3ed42c0cc548304e4664626ec2fe248de7d4223b780f78f94c9f63589d268e346a5a47b1d42b176bf0137d17bb01ade8867e027358ad4aa231c939978a6470478855b0fca916d445f934b0c812b52938eb93bb6bfd180d811f6b2da1c983f0d04123928fb653e1be796f81812cd2a6f65c2a9dd5a38cb94b5732d0e2f54166e41cf3a82de3eb8110cc72c482e31b6bb8993b21b92f9b4092957941423739254f8f530ebe', '\x30820122300d06092a864886f70d01010105000382010f003082010a0282010100f9fb6fa30d367efff9e0295d9e0d6c97824b3ddbba3e0a1fd410d97c3f7ecbb1ddfc16749ee9d7fa395ae67155d887afbc8acd2d49825276fa0688fcf78102f83752ccdf32b0dd5b91e06c30a1f6edd88343f70ee6e80544f96586c0c9b7e1910d16a8d2eed8127a8d3085888df898d5730932c2a96949bc176e0dd8d3ec0996d001bf02f3996ed2c3aac853695dccc14cbd21dca4edd10de7bcb88f78533b33b92feef07254ee191fed1cb124b9968669913daeae00ca7e9aad01599b84c9ce23f90a76f0fff24d13e074f7dd2e99bc7d88efc31522ead7bd936a4ffc901c253ac7c04de04966d0dde67a84b2e73b870a1a2abb7fd81eadc8d39a5d2a0bcb550203010001', 'active', true, '2026-11-30 19:16:14.421808+00', '2026-11-30 19:16:15.228895+00', NULL, NULL, NULL, NULL, NULL),
	(2, 1, 'ed25519-20261130', 'ed25519', '\x01e16ed0824afb22727ae6d6a9253d1f9c11828103a9cd0c255b107af89baae4d632fc072e3ce47898ad23a40085499cd37efcb95a47ec17ed4ddda47a403ec57fd0798613905adfb6477343951304bb57bddb0eb7', '\x302a300506032b65700321008355e6212afad572ba827874e2e31d0263e251656a7b1889fe8ca83de150d673', 'active', true, '2026-11-30 19:16:14.906269+00', '2026-11-30 19:16:15.228895+00', NULL, NULL, NULL, NULL, NULL),
	(3, 2, 'rsa20261130', 'rsa', '\x01e16ed0824afb2272abb77001b830d2a65a354c8a897925e79e00a5c8bf19622d27138c91ac5b180dcb633c9e57180dee639d983eacf7433909a412ef7ff10ef4502e026bec7a414bc05e78f373b6db00186f9de8b9c5d4e82a68447082ea5fb22fa265f0beb5a76084589d3941e545a5812a11208828ba5a0bb1123df33ca5c4c615e2e8c1e44f1149ce5da84da0a31afccd523c8a8ffc3e2e8a02b1220fbe672c2320e22e1d326297b6d3e597f84744ada9161ab8121c12d24dce3a111af4438f02b676933999de9f1d8c8fbae52077ccae293fcc68d3c28ae7151be9981110326a388e0bbdd1dea32555e55da4397468f2c6cb197d2088582a177119dd2eeb8d639b1a079b1b4824dabe6cb187c458a125425c43f5be424d034e67ba7661621c5cf86f2372027d0070161a5b7101fe149e4de50d5a4f663f152e629a308339459b3f12ced17ecea8016b88d565e3bed39797b5ee000da440d0592b19d04049ddba2df0fa7def1e8d330074444b9424d5ad4e70ac5cc0a6f6391c3525d1ffb00da0d3fe6bd1eb6e1f2c4d3398403bc111b0d897e44d2f85eedf0e5530329ede05883e9e71a33c9e2d21a43c06242918aa67547cc199d4705a375e147e856862a4427f68a0650d24bdb00679472588e100f3e062886ecd508f42e955d61211e33b989bc51007ff1a3a67723d71e04df2a110a2252d9f49bdea76d58e92dcfe9042edd566f3edf386b3667cd1204464fcf577d9f172343efcdaf3f3d043f41376ab84b7466e8666527ab024477533137cb9beece6fa43bf7ec4b642f2c5475d9bbbcf63c5bad6015be9e787afcf0a854df6c056ddc847b5f706984ad4e70e3cf738eccdd4873fc9328ea9b00dd9f1147b9909f38227ff89c322d950b05d895dff529db66c45dd388a3f52ba3cfba5955e5a88d5d62b61e43e62ce86cc6066c8f6e94dde579fa33c8cc240a4c96400c17c645f5dcd7d52f733ad75056abdeb4812eb8d66b44289576a8475adecfeabba4aa7cb6def5da5497183f50529de9037dc4ca5520b407fa3cd9ece4f8bd0bbfbf87a246c1dc32e653091dd39b9f5b88ad8ac9ec2cb3e2311641bddff2de8ca3d40ddd78359965f36a278fb45e3d6147edc5b38b152762e30421bf795ef81400bfd3a53ca70ff23b808d7e5376a74713a363203524c5402547376970946e4f5022033ebef65670c243cc0f2ee92c19a006e586d5a121ba9d625c3e43fdcc2b23dbfd7e3c8a02bbfb68427fdcf2f43e397e1517b3af4b3b5691426f172ef8791783c1fca08440fb2f67ce7dbaa791578f3486fe633ed8a40236b6db75e35fc03e1785fd9b44705b3946466dee8dd1e22e237ba3ee2c10b78e97964efa4070c86e34bea08c1db5b285d1508424815f36d75277895dc2e82bc7e5638d5d59f8a4dc495d321865048bb5ea4215edd67940725785a9def792174311365938e5be696ee6b1d646ebc4d180102ea862fa3b04bf0bacdc966212640e2f6cce027effda9fe5f7cb7dfb2dcf280ad59de44a134ba2fc7bc68a5de12957bc57682989decee4b42a0efae6a04212657c685a693a3b45336a27880bb371a5b45a964faf5dbb2b63f155a26aa5e809a092113bf5c89df1bda56984ee34bae51c382e8dda7fc57ebc4065954294fb8986dd74fb7e4ab221a1b1cedd3c2c838fcf788db482cc1bee014ac0b5bc65829decdb479f64422c2e5716047df862f46c37dc4b4246548cdca7eaaa4b760f7e974338743b44b895c00a91a7e931348', '\x30820122300d06092a864886f70d01010105000382010f003082010a0282010100f1d16bd76481b8be7abf6789219ca5c9e1f1ed68cb8f45c129793beb4735042ddbc62503e6a58a1cc1fb38945a6a17d49aaf51c2454961a914509776e21a63e830aae7000e4bb51ff6bf79cc43d9b5b574a71d00da4b3caff2e97e230da74749a8f1318e43c61fbbb2622bccf9f10a4c0ae122cc5e9ed2d444b7c67892d91e1cc21edd85a285e4854396e18ded09d26edaa3a6eb3c3b33ce3eac77234472a23ac2dec0d30a76186e8a460259bab14cc0f0f5ebf4519404c3d8d78a35ce637ad56c49330b497355d231b3487a2e1374c2bbce79493865ab530833b99bc3ba4fe79fdbcbf2f4c2a20f0000ea14d1ae9651c3189c58a080ef959625678ea95ae3070203010001', 'active', true, '2026-11-30 19:16:16.41632+00', '2026-11-30 19:16:16.876076+00', NULL, NULL, NULL, NULL, NULL),
	(4, 2, 'ed25519-20261130', 'ed25519', '\x01e16ed0824afb2272e322bd73aa3d2831709c51bc615f8320ef7682a87e6935557006482e441a11b5259e4967a62e0a2d0205351ac9671a57d803d33e9a4f1a8b8bdea3fda722689c36d8ca8f8b9c82a9eadf08f3', '\x302a300506032b6570032100317fd0fb31d5e11abee44f99bd8d157047f845249a2422356e1714c946cb2620', 'active', true, '2026-11-30 19:16:16.640599+00', '2026-11-30 19:16:16.876076+00', NULL, NULL, NULL, NULL, NULL),
	(5, 8, 's1', 'ed25519', '\x01e16ed0824afb2272fc306e79e03d9de4e0cf268325ba4c5853b5678ddccbaa615fc9f8ade0ba2d226048eacd7efb5b1980dd68e8c5351020e62ab74da54eddd438dc28d4fc72d618697876ce96f38581218e88da', '\x302a300506032b65700321007e579d820bc35dc16eaefcf311b83dc5910b28721a899f52269518e95a1b24ae', 'active', true, '2026-11-30 19:16:43.021384+00', '2026-11-30 19:16:43.125775+00', NULL, NULL, NULL, NULL, NULL),
	(6, 2, 'next', 'ed25519', '\x01e16ed0824afb2272686125ca9ae72c2f00717b1e275a9a8137108a524eec0d0cad28762dfee17b434c622c0b9f68b3ef75b2d5f2b35dc066faeca4c79296dcfaf440bccb271e6768914726a7ecdc5aa12c5c27cc', '\x302a300506032b6570032100d6abb385aa50e8f5e3352163f2a64b6c132696846453397416bba9a44416e530', 'published', false, '2026-11-30 19:16:43.234151+00', NULL, NULL, NULL, NULL, NULL, NULL),
	(7, 1, 'before', 'ed25519', '\x01e16ed0824afb22726731badf8230a6c62d34fabea203a2171ec388359b11b04f57b6ace0c1e2d69388b5204c00c9aa2a439d394132a22c3ec2405da5e1c88fd55d43bc3a48319ecd43e287f921eb1d550b5fcbd4', '\x302a300506032b65700321009258ac94e4a2ff9776eeb06e7de9f60dcd7e9289ccb5120863c20b196158422d', 'retired', true, '2026-11-30 19:16:43.367613+00', '2026-11-30 19:16:43.47524+00', '2026-11-30 19:16:43.543239+00', NULL, NULL, '2026-12-07 19:16:43.543239+00', NULL),
	(8, 1, 'long-ago', 'ed25519', NULL, '\x302a300506032b6570032100044261baa61b302e3890b3238d123254339cb7b47d35a515fd362df4663a5036', 'revoked', true, '2026-11-30 19:16:43.660307+00', '2026-11-30 19:16:43.727206+00', '2026-11-30 19:16:43.783917+00', '2026-11-30 19:16:43.842878+00', NULL, '2026-12-07 19:16:43.783917+00', NULL),
	(9, 10, 'c1', 'ed25519', '\x01e16ed0824afb227213cba842d45678c24896a67002987ff2fa5a31dbaa4a4ea45c81ac60eb35a5f35ba7c54426a4f91ee6106ec3f48fdf9bb51907d0edaa192c969da784c3105283a2884b34b912b8940e7ee63b', '\x302a300506032b6570032100cf417a408de2200d4f24926d60a502e8ac9a5db5da702d095879368b06505419', 'active', true, '2026-11-30 19:16:43.929011+00', '2026-11-30 19:16:44.01196+00', NULL, NULL, NULL, NULL, NULL);


--
-- Data for Name: dkim_key_event; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.dkim_key_event OVERRIDING SYSTEM VALUE VALUES
	(1, 'garden.example', 'rsa20261130', 'created', false, 'operator', 'postgres', '2026-11-30 19:16:14.421808+00'),
	(2, 'garden.example', 'ed25519-20261130', 'created', false, 'operator', 'postgres', '2026-11-30 19:16:14.906269+00'),
	(3, 'garden.example', 'rsa20261130', 'activated', true, 'operator', 'postgres', '2026-11-30 19:16:15.228895+00'),
	(4, 'garden.example', 'ed25519-20261130', 'activated', true, 'operator', 'postgres', '2026-11-30 19:16:15.228895+00'),
	(5, 'orchard.example', 'rsa20261130', 'created', false, 'operator', 'postgres', '2026-11-30 19:16:16.41632+00'),
	(6, 'orchard.example', 'ed25519-20261130', 'created', false, 'operator', 'postgres', '2026-11-30 19:16:16.640599+00'),
	(7, 'orchard.example', 'rsa20261130', 'activated', true, 'operator', 'postgres', '2026-11-30 19:16:16.876076+00'),
	(8, 'orchard.example', 'ed25519-20261130', 'activated', true, 'operator', 'postgres', '2026-11-30 19:16:16.876076+00'),
	(9, 'strict.example', 's1', 'created', false, 'operator', 'postgres', '2026-11-30 19:16:43.021384+00'),
	(10, 'strict.example', 's1', 'activated', true, 'operator', 'postgres', '2026-11-30 19:16:43.125775+00'),
	(11, 'orchard.example', 'next', 'created', false, 'operator', 'postgres', '2026-11-30 19:16:43.234151+00'),
	(12, 'garden.example', 'before', 'created', false, 'operator', 'postgres', '2026-11-30 19:16:43.367613+00'),
	(13, 'garden.example', 'before', 'activated', true, 'operator', 'postgres', '2026-11-30 19:16:43.47524+00'),
	(14, 'garden.example', 'before', 'retired', false, 'operator', 'postgres', '2026-11-30 19:16:43.543239+00'),
	(15, 'garden.example', 'long-ago', 'created', false, 'operator', 'postgres', '2026-11-30 19:16:43.660307+00'),
	(16, 'garden.example', 'long-ago', 'activated', true, 'operator', 'postgres', '2026-11-30 19:16:43.727206+00'),
	(17, 'garden.example', 'long-ago', 'retired', false, 'operator', 'postgres', '2026-11-30 19:16:43.783917+00'),
	(18, 'garden.example', 'long-ago', 'revoked', true, 'operator', 'postgres', '2026-11-30 19:16:43.842878+00'),
	(19, 'closed.example', 'c1', 'created', false, 'operator', 'postgres', '2026-11-30 19:16:43.929011+00'),
	(20, 'closed.example', 'c1', 'activated', true, 'operator', 'postgres', '2026-11-30 19:16:44.01196+00');


--
-- Data for Name: domain; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.domain OVERRIDING SYSTEM VALUE VALUES
	(1, 'garden.example', NULL, false, true, false, false, false, 604800, '2026-11-30 19:16:11.493692+00', '2026-11-30 19:16:11.493692+00', 'relaxed', 'relaxed', NULL, NULL, NULL, true, 180, 2, 5, NULL, true),
	(2, 'orchard.example', NULL, false, true, false, false, false, 604800, '2026-11-30 19:16:15.418765+00', '2026-11-30 19:16:15.418765+00', 'relaxed', 'relaxed', NULL, NULL, NULL, true, 180, 2, 5, NULL, true),
	(3, 'moved.example', 'partner.test', false, true, false, false, false, 604800, '2026-11-30 19:16:16.926269+00', '2026-11-30 19:16:16.926269+00', 'relaxed', 'relaxed', NULL, NULL, NULL, true, 180, 2, 5, NULL, true),
	(4, 'former.example', 'garden.example', false, true, false, false, false, 604800, '2026-11-30 19:16:30.497811+00', '2026-11-30 19:16:30.497811+00', 'relaxed', 'relaxed', NULL, NULL, NULL, true, 180, 2, 5, NULL, true),
	(5, 'deep.example', 'former.example', false, true, false, false, false, 604800, '2026-11-30 19:16:30.849086+00', '2026-11-30 19:16:30.849086+00', 'relaxed', 'relaxed', NULL, NULL, NULL, true, 180, 2, 5, NULL, true),
	(6, 'shed.example', NULL, false, true, false, false, false, 604800, '2026-11-30 19:16:31.008082+00', '2026-11-30 19:16:31.008082+00', 'relaxed', 'relaxed', NULL, NULL, NULL, true, 180, 2, 5, 'alice@garden.example', true),
	(7, 'xn--grn-ioa.example', NULL, false, true, false, false, false, 604800, '2026-11-30 19:16:31.270339+00', '2026-11-30 19:16:31.270339+00', 'relaxed', 'relaxed', NULL, NULL, NULL, true, 180, 2, 5, NULL, true),
	(8, 'strict.example', NULL, true, true, true, true, true, 129600, '2026-11-30 19:16:31.401643+00', '2026-11-30 19:16:31.401643+00', 'simple', 'relaxed', 'list-id', 'reply-to:cc', 'author', false, 90, 7, 30, NULL, true),
	(9, 'unsigned.example', NULL, false, false, false, false, false, NULL, '2026-11-30 19:16:31.601388+00', '2026-11-30 19:16:31.601388+00', 'relaxed', 'relaxed', NULL, NULL, NULL, true, 180, 2, 5, NULL, true),
	(12, 'unstaffed.example', NULL, false, true, false, false, false, 604800, '2026-11-30 19:16:41.060165+00', '2026-11-30 19:16:41.060165+00', 'relaxed', 'relaxed', NULL, NULL, NULL, true, 180, 2, 5, NULL, true),
	(13, 'caught.example', NULL, false, true, false, false, false, 604800, '2026-11-30 19:16:41.109964+00', '2026-11-30 19:16:41.109964+00', 'relaxed', 'relaxed', NULL, NULL, NULL, true, 180, 2, 5, 'crew@garden.example', true),
	(10, 'closed.example', NULL, false, true, false, false, false, 604800, '2026-11-30 19:16:31.730061+00', '2026-11-30 19:16:44.14781+00', 'relaxed', 'relaxed', NULL, NULL, NULL, true, 180, 2, 5, NULL, false),
	(11, 'closed-redirect.example', 'garden.example', false, true, false, false, false, 604800, '2026-11-30 19:16:31.848796+00', '2026-11-30 19:16:44.14781+00', 'relaxed', 'relaxed', NULL, NULL, NULL, true, 180, 2, 5, NULL, false);


--
-- Data for Name: email_alias; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.email_alias OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 'alice', 'b472fac9-5fd1-4d95-a4cf-c5f96e0c2453', NULL, NULL, '2026-11-30 19:16:18.086759+00', '2026-11-30 19:16:18.086759+00'),
	(2, 1, 'bob', 'a4f3bf4b-b89d-4889-9a93-aa21708aa079', NULL, NULL, '2026-11-30 19:16:18.976231+00', '2026-11-30 19:16:18.976231+00'),
	(3, 2, 'carol', '29a5abe4-df4c-4e34-8774-45bb2984b702', NULL, NULL, '2026-11-30 19:16:19.793297+00', '2026-11-30 19:16:19.793297+00'),
	(4, 1, 'flowers', 'b472fac9-5fd1-4d95-a4cf-c5f96e0c2453', NULL, NULL, '2026-11-30 19:16:20.432509+00', '2026-11-30 19:16:20.432509+00'),
	(5, 1, 'club-bounces', 'b472fac9-5fd1-4d95-a4cf-c5f96e0c2453', NULL, NULL, '2026-11-30 19:16:20.831375+00', '2026-11-30 19:16:20.831375+00'),
	(6, 1, 'club', NULL, 1, NULL, '2026-11-30 19:16:21.446175+00', '2026-11-30 19:16:21.446175+00'),
	(7, 1, 'old-shop', 'a4f3bf4b-b89d-4889-9a93-aa21708aa079', NULL, 'reject', '2026-11-30 19:16:21.602853+00', '2026-11-30 19:16:21.798451+00'),
	(8, 1, 'info-desk', 'f8e48f1a-b85b-4abd-8a2e-c05c405b8495', NULL, NULL, '2026-11-30 19:16:32.756806+00', '2026-11-30 19:16:32.756806+00'),
	(9, 1, 'info', 'f8e48f1a-b85b-4abd-8a2e-c05c405b8495', NULL, NULL, '2026-11-30 19:16:32.997035+00', '2026-11-30 19:16:32.997035+00'),
	(10, 1, 'info-desk-berlin', 'f8e48f1a-b85b-4abd-8a2e-c05c405b8495', NULL, NULL, '2026-11-30 19:16:33.09682+00', '2026-11-30 19:16:33.09682+00'),
	(11, 1, '-desk', 'f8e48f1a-b85b-4abd-8a2e-c05c405b8495', NULL, NULL, '2026-11-30 19:16:33.204078+00', '2026-11-30 19:16:33.204078+00'),
	(12, 1, 'desk-', 'f8e48f1a-b85b-4abd-8a2e-c05c405b8495', NULL, NULL, '2026-11-30 19:16:33.292213+00', '2026-11-30 19:16:33.292213+00'),
	(13, 1, 'a+b', '5a175ade-29b5-467d-85ec-0f6320c16d80', NULL, NULL, '2026-11-30 19:16:33.805743+00', '2026-11-30 19:16:33.805743+00'),
	(14, 1, 'a', '5a175ade-29b5-467d-85ec-0f6320c16d80', NULL, NULL, '2026-11-30 19:16:33.897135+00', '2026-11-30 19:16:33.897135+00'),
	(15, 1, '+b', '5a175ade-29b5-467d-85ec-0f6320c16d80', NULL, NULL, '2026-11-30 19:16:34.000189+00', '2026-11-30 19:16:34.000189+00'),
	(16, 1, 'a+b-c+d', '5a175ade-29b5-467d-85ec-0f6320c16d80', NULL, NULL, '2026-11-30 19:16:34.099701+00', '2026-11-30 19:16:34.099701+00'),
	(17, 1, 'o''neill', '26bf0621-b4f5-4dd3-8255-724f5b584cea', NULL, NULL, '2026-11-30 19:16:34.467353+00', '2026-11-30 19:16:34.467353+00'),
	(18, 1, 'sean.o''neill', '26bf0621-b4f5-4dd3-8255-724f5b584cea', NULL, NULL, '2026-11-30 19:16:34.532743+00', '2026-11-30 19:16:34.532743+00'),
	(19, 1, 'sales/north', '26bf0621-b4f5-4dd3-8255-724f5b584cea', NULL, NULL, '2026-11-30 19:16:34.656922+00', '2026-11-30 19:16:34.656922+00'),
	(20, 1, 'x=y', '26bf0621-b4f5-4dd3-8255-724f5b584cea', NULL, NULL, '2026-11-30 19:16:34.764571+00', '2026-11-30 19:16:34.764571+00'),
	(21, 1, 'é', 'e5cae37b-0333-48c9-92c3-06758fd8d5f8', NULL, NULL, '2026-11-30 19:16:35.075693+00', '2026-11-30 19:16:35.075693+00'),
	(22, 1, 'É', 'bf38dda5-5bd0-4042-a3b1-31f1b46d91bc', NULL, NULL, '2026-11-30 19:16:35.246064+00', '2026-11-30 19:16:35.246064+00'),
	(23, 1, 'jürgen-josé', 'e5cae37b-0333-48c9-92c3-06758fd8d5f8', NULL, NULL, '2026-11-30 19:16:35.308756+00', '2026-11-30 19:16:35.308756+00'),
	(24, 7, 'müller', 'e5cae37b-0333-48c9-92c3-06758fd8d5f8', NULL, NULL, '2026-11-30 19:16:35.464653+00', '2026-11-30 19:16:35.464653+00'),
	(25, 8, 'post', '1bf3edd8-34a2-4028-951b-760c35071a53', NULL, NULL, '2026-11-30 19:16:35.747618+00', '2026-11-30 19:16:35.747618+00'),
	(26, 1, 'frank', '6fbee923-df97-4a67-99a1-8213956146dd', NULL, NULL, '2026-11-30 19:16:36.023342+00', '2026-11-30 19:16:36.023342+00'),
	(27, 1, 'locked', '02e344d4-3af8-40cb-b0c6-83caa16619f5', NULL, NULL, '2026-11-30 19:16:36.177203+00', '2026-11-30 19:16:36.177203+00'),
	(29, 1, 'mute-too', '85f53ae2-dfb9-47d5-9473-9a954395f920', NULL, NULL, '2026-11-30 19:16:36.521919+00', '2026-11-30 19:16:36.521919+00'),
	(30, 10, 'in', '361b1323-5cc2-4f9d-b3c3-a4257ec3ea60', NULL, NULL, '2026-11-30 19:16:36.908137+00', '2026-11-30 19:16:36.908137+00'),
	(31, 1, 'out', '361b1323-5cc2-4f9d-b3c3-a4257ec3ea60', NULL, NULL, '2026-11-30 19:16:36.908137+00', '2026-11-30 19:16:36.908137+00'),
	(32, 2, 'chief', 'f4f204c0-4a14-4d18-80e9-fa33cf0c2368', NULL, NULL, '2026-11-30 19:16:37.342863+00', '2026-11-30 19:16:37.342863+00'),
	(33, 1, 'chief-gardener', 'f4f204c0-4a14-4d18-80e9-fa33cf0c2368', NULL, NULL, '2026-11-30 19:16:37.542846+00', '2026-11-30 19:16:37.542846+00'),
	(34, 1, 'gone-reject', 'a4f3bf4b-b89d-4889-9a93-aa21708aa079', NULL, 'reject', '2026-11-30 19:16:37.648856+00', '2026-11-30 19:16:37.648856+00'),
	(35, 1, 'gone-drop', 'a4f3bf4b-b89d-4889-9a93-aa21708aa079', NULL, 'drop', '2026-11-30 19:16:37.760726+00', '2026-11-30 19:16:37.760726+00'),
	(36, 1, 'gone-defer', 'a4f3bf4b-b89d-4889-9a93-aa21708aa079', NULL, 'defer', '2026-11-30 19:16:37.795182+00', '2026-11-30 19:16:37.795182+00'),
	(37, 1, 'nobody-reject', NULL, NULL, 'reject', '2026-11-30 19:16:37.855498+00', '2026-11-30 19:16:37.855498+00'),
	(38, 1, 'nobody-drop', NULL, NULL, 'drop', '2026-11-30 19:16:37.902246+00', '2026-11-30 19:16:37.902246+00'),
	(39, 2, 'nobody-defer', NULL, NULL, 'defer', '2026-11-30 19:16:37.944149+00', '2026-11-30 19:16:37.944149+00'),
	(28, 1, 'mute', '85f53ae2-dfb9-47d5-9473-9a954395f920', NULL, 'reject', '2026-11-30 19:16:36.521919+00', '2026-11-30 19:16:37.989486+00'),
	(40, 1, 'crew', NULL, 2, NULL, '2026-11-30 19:16:38.104953+00', '2026-11-30 19:16:38.104953+00'),
	(41, 1, 'crew-list', NULL, 2, NULL, '2026-11-30 19:16:38.186159+00', '2026-11-30 19:16:38.186159+00'),
	(42, 2, 'news', NULL, 3, NULL, '2026-11-30 19:16:38.311087+00', '2026-11-30 19:16:38.311087+00'),
	(43, 2, 'letter', NULL, 4, NULL, '2026-11-30 19:16:38.441401+00', '2026-11-30 19:16:38.441401+00'),
	(44, 2, 'letter-bounces', '29a5abe4-df4c-4e34-8774-45bb2984b702', NULL, NULL, '2026-11-30 19:16:38.492215+00', '2026-11-30 19:16:38.492215+00'),
	(45, 1, 'mixed', NULL, 5, NULL, '2026-11-30 19:16:38.583116+00', '2026-11-30 19:16:38.583116+00'),
	(46, 1, 'nest', NULL, 6, NULL, '2026-11-30 19:16:38.67149+00', '2026-11-30 19:16:38.67149+00'),
	(47, 1, 'circle-a', NULL, 7, NULL, '2026-11-30 19:16:38.882671+00', '2026-11-30 19:16:38.882671+00'),
	(48, 1, 'circle-b', NULL, 8, NULL, '2026-11-30 19:16:38.985057+00', '2026-11-30 19:16:38.985057+00'),
	(49, 1, 'itself', NULL, 9, NULL, '2026-11-30 19:16:39.215414+00', '2026-11-30 19:16:39.215414+00'),
	(50, 1, 'empty', NULL, 10, NULL, '2026-11-30 19:16:39.491701+00', '2026-11-30 19:16:39.491701+00');
INSERT INTO authserver.email_alias OVERRIDING SYSTEM VALUE VALUES
	(51, 1, 'solo', NULL, 11, NULL, '2026-11-30 19:16:39.658524+00', '2026-11-30 19:16:39.658524+00'),
	(52, 1, 'ours', NULL, 12, NULL, '2026-11-30 19:16:39.816725+00', '2026-11-30 19:16:39.816725+00'),
	(53, 1, 'team', NULL, 13, NULL, '2026-11-30 19:16:40.040213+00', '2026-11-30 19:16:40.040213+00'),
	(54, 1, 'team-north', NULL, 14, NULL, '2026-11-30 19:16:40.081718+00', '2026-11-30 19:16:40.081718+00'),
	(55, 1, 'dev+ops', NULL, 13, NULL, '2026-11-30 19:16:40.113116+00', '2026-11-30 19:16:40.113116+00'),
	(56, 1, 'odd', NULL, 15, NULL, '2026-11-30 19:16:40.331511+00', '2026-11-30 19:16:40.331511+00'),
	(57, 1, 'accents', NULL, 16, NULL, '2026-11-30 19:16:40.423245+00', '2026-11-30 19:16:40.423245+00'),
	(58, 7, 'straße', NULL, 16, NULL, '2026-11-30 19:16:40.507773+00', '2026-11-30 19:16:40.507773+00'),
	(59, 1, 'bereft', NULL, 17, NULL, '2026-11-30 19:16:40.79273+00', '2026-11-30 19:16:40.79273+00'),
	(60, 1, 'boomerang', NULL, 18, NULL, '2026-11-30 19:16:40.959484+00', '2026-11-30 19:16:40.959484+00'),
	(61, 12, 'postmaster', NULL, 19, NULL, '2026-11-30 19:16:41.060165+00', '2026-11-30 19:16:41.060165+00'),
	(62, 12, 'abuse', NULL, 19, NULL, '2026-11-30 19:16:41.060165+00', '2026-11-30 19:16:41.060165+00'),
	(63, 1, 'asleep', NULL, 20, NULL, '2026-11-30 19:16:41.196875+00', '2026-11-30 19:16:41.196875+00'),
	(64, 1, 'crew-off', NULL, 2, 'drop', '2026-11-30 19:16:41.286751+00', '2026-11-30 19:16:41.286751+00'),
	(65, 1, 'awake', NULL, 21, NULL, '2026-11-30 19:16:41.407231+00', '2026-11-30 19:16:41.407231+00'),
	(66, 1, 'fifty', NULL, 22, NULL, '2026-11-30 19:16:41.563202+00', '2026-11-30 19:16:41.563202+00');


--
-- Data for Name: mail_user; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.mail_user VALUES
	('b472fac9-5fd1-4d95-a4cf-c5f96e0c2453', 'alice', 'Alice of the garden', '$5$rounds=200000$mZFU/JStZFoHSDX5$EaZVjJVXSk0zL3rAoOHXISRY1PPsmqOJnDrngGYKBx1', true, false, 1, '2026-11-30 19:16:18.086759+00', '2026-11-30 19:16:18.305918+00'),
	('a4f3bf4b-b89d-4889-9a93-aa21708aa079', 'bob', 'Bob of the garden', '$5$rounds=200000$SjqHFzThnLfcNJVZ$xzFFhECqEtguFF.45DhSSKyFU8QZNNu2cI6GDvRUSc5', true, false, 2, '2026-11-30 19:16:18.976231+00', '2026-11-30 19:16:19.224938+00'),
	('29a5abe4-df4c-4e34-8774-45bb2984b702', 'carol', 'Carol of the orchard', '$5$rounds=200000$Vj9KlVBXT1Hiu1wh$HPp6YWVwKbDGRYdrWnL1ZAT9V.pMK1L4t3h8h2dxBdB', true, false, 3, '2026-11-30 19:16:19.793297+00', '2026-11-30 19:16:20.069237+00'),
	('f8e48f1a-b85b-4abd-8a2e-c05c405b8495', 'info', 'Info desk', '$5$rounds=200000$SMhjQU8eHGq21LS1$/pcOx18OdNRntaQQQqT3pa1fveVWBTNeNhPkokaDB2A', true, false, 8, '2026-11-30 19:16:32.756806+00', '2026-11-30 19:16:32.756806+00'),
	('5a175ade-29b5-467d-85ec-0f6320c16d80', 'ab', 'A and B', '$5$rounds=200000$nY9q7SOZL23HxIlj$GNXZFc.dvTPW9sceL31gHyU30b1MveKln7SnZ9HEdQ8', true, false, 13, '2026-11-30 19:16:33.805743+00', '2026-11-30 19:16:33.805743+00'),
	('26bf0621-b4f5-4dd3-8255-724f5b584cea', 'o''neill', 'Sean O''Neill', '$5$rounds=200000$k/0WYv0YprlgkHm7$Z9xey0HbhFJP3l5Rkd0ZkMW7iEd5f53leutkyjNyC29', true, false, 17, '2026-11-30 19:16:34.467353+00', '2026-11-30 19:16:34.467353+00'),
	('e5cae37b-0333-48c9-92c3-06758fd8d5f8', 'émile', 'Émile the younger', '$5$rounds=200000$O9rDWIMN2k6EP8fc$UFp7mfbX.8p.Cjh4jT8sL5FtTXS4JHI7agLoSGqWqA7', true, false, 21, '2026-11-30 19:16:35.075693+00', '2026-11-30 19:16:35.075693+00'),
	('bf38dda5-5bd0-4042-a3b1-31f1b46d91bc', 'Émile', 'Émile the elder', '$5$rounds=200000$l26uq00ot2wDWVvu$CYjbR4zS1TMgwJzxTUB7lTEcsJ3k60665BW90AlMuK0', true, false, 22, '2026-11-30 19:16:35.246064+00', '2026-11-30 19:16:35.246064+00'),
	('1bf3edd8-34a2-4028-951b-760c35071a53', 'strict', 'Ms Strict', '$5$rounds=200000$j5EEoKZZtf9omFiv$5AXyk7UhHZ9RtQZo4BD5KcGv6OKs.YV2fZOAxU2Lh5B', true, false, 25, '2026-11-30 19:16:35.747618+00', '2026-11-30 19:16:35.747618+00'),
	('02e344d4-3af8-40cb-b0c6-83caa16619f5', 'locked', 'Without a password', NULL, true, false, 27, '2026-11-30 19:16:36.177203+00', '2026-11-30 19:16:36.177203+00'),
	('85f53ae2-dfb9-47d5-9473-9a954395f920', 'mute', 'Mailbox blocked', '$5$rounds=200000$C/PjUJhLliuSERY1$TVA.TE6VsgN4BdgnUH6xcfVkr/6D8hBD2ja4QESZrM8', true, false, 28, '2026-11-30 19:16:36.521919+00', '2026-11-30 19:16:36.521919+00'),
	('361b1323-5cc2-4f9d-b3c3-a4257ec3ea60', 'moved', 'Mailbox in a closed domain', '$5$rounds=200000$EXG7n4KYHLbBX48r$gegsqzRv3T/3TUo3FZFytnUGZbL/eevzL8xNau2XTw.', true, false, 30, '2026-11-30 19:16:36.908137+00', '2026-11-30 19:16:36.908137+00'),
	('f4f204c0-4a14-4d18-80e9-fa33cf0c2368', 'chief', 'Head gardener', '$5$rounds=200000$3sIv7kkRJWHvu1Fg$qMWdhgcbeiWXXaTrU0ksJos.uHxv2dXKJ6lJ1TQRp08', true, true, 33, '2026-11-30 19:16:37.342863+00', '2026-11-30 19:16:37.592973+00'),
	('6fbee923-df97-4a67-99a1-8213956146dd', 'frank', 'Frank, who has left', '$5$rounds=200000$Fk1aZVhVTdXi83A4$ETjhhQpq4Zk7NfsKRT5t5is4/cyILr.VS6bobE9QOc8', false, false, 26, '2026-11-30 19:16:36.023342+00', '2026-11-30 19:16:44.088716+00');


--
-- Data for Name: mailing_list; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.mailing_list OVERRIDING SYSTEM VALUE VALUES
	(1, 'club', 'club-bounces@garden.example', 'b472fac9-5fd1-4d95-a4cf-c5f96e0c2453', '2026-11-30 19:16:21.099507+00', '2026-11-30 19:16:21.099507+00', true),
	(2, 'crew', NULL, NULL, '2026-11-30 19:16:38.032578+00', '2026-11-30 19:16:38.032578+00', true),
	(3, 'news', NULL, '29a5abe4-df4c-4e34-8774-45bb2984b702', '2026-11-30 19:16:38.250427+00', '2026-11-30 19:16:38.250427+00', true),
	(4, 'letter', 'letter-bounces@orchard.example', NULL, '2026-11-30 19:16:38.379814+00', '2026-11-30 19:16:38.379814+00', true),
	(5, 'mixed', NULL, NULL, '2026-11-30 19:16:38.527985+00', '2026-11-30 19:16:38.527985+00', true),
	(6, 'nest', NULL, NULL, '2026-11-30 19:16:38.616451+00', '2026-11-30 19:16:38.616451+00', true),
	(7, 'circle-a', NULL, NULL, '2026-11-30 19:16:38.731726+00', '2026-11-30 19:16:38.731726+00', true),
	(8, 'circle-b', NULL, NULL, '2026-11-30 19:16:38.794981+00', '2026-11-30 19:16:38.794981+00', true),
	(9, 'itself', NULL, NULL, '2026-11-30 19:16:39.058111+00', '2026-11-30 19:16:39.058111+00', true),
	(10, 'empty', NULL, NULL, '2026-11-30 19:16:39.345421+00', '2026-11-30 19:16:39.345421+00', true),
	(11, 'solo', NULL, NULL, '2026-11-30 19:16:39.554775+00', '2026-11-30 19:16:39.554775+00', true),
	(12, 'ours', NULL, NULL, '2026-11-30 19:16:39.732485+00', '2026-11-30 19:16:39.732485+00', true),
	(13, 'team', NULL, NULL, '2026-11-30 19:16:39.874254+00', '2026-11-30 19:16:39.874254+00', true),
	(14, 'team-north', NULL, NULL, '2026-11-30 19:16:39.95107+00', '2026-11-30 19:16:39.95107+00', true),
	(15, 'odd', NULL, NULL, '2026-11-30 19:16:40.242091+00', '2026-11-30 19:16:40.242091+00', true),
	(16, 'accents', NULL, NULL, '2026-11-30 19:16:40.371768+00', '2026-11-30 19:16:40.371768+00', true),
	(17, 'bereft', NULL, '6fbee923-df97-4a67-99a1-8213956146dd', '2026-11-30 19:16:40.695691+00', '2026-11-30 19:16:40.695691+00', true),
	(18, 'boomerang', 'bounces@far.test', NULL, '2026-11-30 19:16:40.874764+00', '2026-11-30 19:16:40.874764+00', true),
	(19, 'desk', NULL, NULL, '2026-11-30 19:16:41.0205+00', '2026-11-30 19:16:41.0205+00', true),
	(21, 'awake', NULL, NULL, '2026-11-30 19:16:41.338053+00', '2026-11-30 19:16:41.338053+00', true),
	(22, 'fifty', NULL, NULL, '2026-11-30 19:16:41.494389+00', '2026-11-30 19:16:41.494389+00', true),
	(20, 'asleep', NULL, NULL, '2026-11-30 19:16:41.147599+00', '2026-11-30 19:16:44.241691+00', false);


--
-- Data for Name: mailing_list_address; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.mailing_list_address OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 'dora@far.test'),
	(2, 1, 'emil@away.test'),
	(3, 1, 'carol@orchard.example'),
	(4, 2, 'dora@far.test'),
	(5, 2, 'later@slow.test'),
	(6, 3, 'emil@away.test'),
	(7, 3, 'bob@garden.example'),
	(8, 4, 'dora@far.test'),
	(9, 4, 'carol@orchard.example'),
	(10, 5, 'gone@far.test'),
	(11, 5, 'later@slow.test'),
	(12, 5, 'alice@garden.example'),
	(13, 5, 'flowers@garden.example'),
	(14, 5, 'dora@far.test'),
	(15, 6, 'crew@garden.example'),
	(16, 6, 'club@garden.example'),
	(17, 6, 'zoe@far.test'),
	(18, 6, 'dora@far.test'),
	(19, 7, 'circle-b@garden.example'),
	(20, 7, 'one@far.test'),
	(21, 8, 'circle-a@garden.example'),
	(22, 8, 'two@far.test'),
	(23, 9, 'itself@garden.example'),
	(24, 11, 'solo@far.test'),
	(25, 12, 'alice@garden.example'),
	(26, 12, 'bob@garden.example'),
	(27, 12, 'carol@orchard.example'),
	(28, 13, 'dora@far.test'),
	(29, 14, 'emil@away.test'),
	(30, 15, 'alice+list@garden.example'),
	(31, 15, 'bob-list@garden.example'),
	(32, 15, 'helen@moved.example'),
	(33, 15, 'any@shed.example'),
	(34, 15, 'eve@deep.example'),
	(35, 15, 'in@closed.example'),
	(36, 15, 'unknown@garden.example'),
	(37, 15, 'old-shop@garden.example'),
	(38, 15, 'gone-drop@garden.example'),
	(39, 15, 'gone-defer@garden.example'),
	(40, 15, 'frank@garden.example'),
	(41, 15, 'team-south@garden.example'),
	(42, 16, 'é@garden.example'),
	(43, 16, 'É@garden.example'),
	(44, 16, 'émile@far.test'),
	(45, 16, 'Émile@far.test'),
	(46, 16, 'DORA@far.test'),
	(47, 17, 'dora@far.test'),
	(48, 18, 'dora@far.test'),
	(49, 19, 'alice@garden.example'),
	(50, 19, 'dora@far.test');
INSERT INTO authserver.mailing_list_address OVERRIDING SYSTEM VALUE VALUES
	(51, 20, 'dora@far.test'),
	(52, 21, 'asleep@garden.example'),
	(53, 21, 'zoe@far.test'),
	(54, 22, 'm01@far.test'),
	(55, 22, 'm02@far.test'),
	(56, 22, 'm03@far.test'),
	(57, 22, 'm04@far.test'),
	(58, 22, 'm05@far.test'),
	(59, 22, 'm06@far.test'),
	(60, 22, 'm07@far.test'),
	(61, 22, 'm08@far.test'),
	(62, 22, 'm09@far.test'),
	(63, 22, 'm10@far.test'),
	(64, 22, 'm11@far.test'),
	(65, 22, 'm12@far.test'),
	(66, 22, 'm13@far.test'),
	(67, 22, 'm14@far.test'),
	(68, 22, 'm15@far.test'),
	(69, 22, 'm16@far.test'),
	(70, 22, 'm17@far.test'),
	(71, 22, 'm18@far.test'),
	(72, 22, 'm19@far.test'),
	(73, 22, 'm20@far.test'),
	(74, 22, 'm21@far.test'),
	(75, 22, 'm22@far.test'),
	(76, 22, 'm23@far.test'),
	(77, 22, 'm24@far.test'),
	(78, 22, 'm25@far.test'),
	(79, 22, 'm26@far.test'),
	(80, 22, 'm27@far.test'),
	(81, 22, 'm28@far.test'),
	(82, 22, 'm29@far.test'),
	(83, 22, 'm30@far.test'),
	(84, 22, 'm31@far.test'),
	(85, 22, 'm32@far.test'),
	(86, 22, 'm33@far.test'),
	(87, 22, 'm34@far.test'),
	(88, 22, 'm35@far.test'),
	(89, 22, 'm36@far.test'),
	(90, 22, 'm37@far.test'),
	(91, 22, 'm38@far.test'),
	(92, 22, 'm39@far.test'),
	(93, 22, 'm40@far.test'),
	(94, 22, 'm41@far.test'),
	(95, 22, 'm42@far.test'),
	(96, 22, 'm43@far.test'),
	(97, 22, 'm44@far.test'),
	(98, 22, 'm45@far.test'),
	(99, 22, 'm46@far.test'),
	(100, 22, 'm47@far.test');
INSERT INTO authserver.mailing_list_address OVERRIDING SYSTEM VALUE VALUES
	(101, 22, 'm48@far.test'),
	(102, 22, 'm49@far.test'),
	(103, 22, 'm50@far.test');


--
-- Data for Name: permission; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.permission OVERRIDING SYSTEM VALUE VALUES
	(1, 'smtp', 'May send', true),
	(2, 'imap', '', true),
	(3, 'archive', '', false);


--
-- Data for Name: schema_migration; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.schema_migration VALUES
	(1, '0001_auth_database', 'edb42a9a274ebc7d2d0a338e478c17dd9503aa8cdba3a2d4117af7b1dac71307', '2026-11-30 19:16:09.954812+00'),
	(2, '0002_signing_profile', 'b83cd066126ce844225ebe7d442cf290937a2a96b124985417bfe1ea39b5a806', '2026-11-30 19:16:10.398785+00'),
	(3, '0003_key_life', 'e531cf0de469d4d670e8bd2c27d96cc44c7848dfa3acfbc8c915f0a3630134a2', '2026-11-30 19:16:10.425553+00'),
	(4, '0004_delivery_outcome', '5bc952d71a65e546b61b8f23b6ab2ccab324452d97236ba65b1131d5634675c7', '2026-11-30 19:16:10.466799+00'),
	(5, '0005_srs_token', '31d8d5c176fe3b7a6fce7984603972840a9ebf1faf1a9e61f8a862b3c89d0cb5', '2026-11-30 19:16:10.491333+00'),
	(6, '0006_domain_redirect_index', '2b607835c1411fd81dbfbab7364cfe6324dac9c0edc979b9a58b55a3fd4a21fa', '2026-11-30 19:16:10.519359+00'),
	(7, '0007_catch_all', '525329c57af954db1996816ecdbeb4b154fbd8cf810b96010865cbc1de2028ab', '2026-11-30 19:16:10.527907+00'),
	(8, '0008_active', '10cc070ead76b52a152cd8f6a83fa64a27043300557f562f550675f2b5329a58', '2026-11-30 19:16:10.532863+00');


--
-- Data for Name: schema_routine; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.schema_routine VALUES
	('010_schema_version', '28ec7e4091c6ff88cfc262ae9b89f9de9e9372a3d70c88889b08937ee8c45a9f', '2026-11-30 19:16:10.556512+00'),
	('020_split_address', 'd8eef129791849f9b137d3e97fb1b3b9ca6d388919b3c314de60caab65791d3a', '2026-11-30 19:16:10.556512+00'),
	('030_lookup_keys', '3293807b8aa45068164708c652bd5fd7af928eb1db01e40591fc8e497209bc4c', '2026-11-30 19:16:10.556512+00'),
	('040_look_up', '75210c104d3f247db9c8ec97e27c1b25e917b0c67f22735b476a841653238ab0', '2026-11-30 19:16:10.556512+00'),
	('100_signer_keys', 'ac20db5583b2c738a0ab953e11fe29febb92bd92d17ed1f1d12f331579b211f3', '2026-11-30 19:16:10.556512+00'),
	('102_signer_profiles', 'e80c7efa6f40feed001ebc0b722cf5ef39f150ddd764545e669a649600484d9e', '2026-11-30 19:16:10.556512+00'),
	('105_signer_wrapping_keys', 'b311af9f52d174457a029357238c4764b6d660825945047cb3115b97b395e0cb', '2026-11-30 19:16:10.556512+00'),
	('110_forwarder_resolve', 'd53b53b07e70bf6460748b753f7ce0786b236686961a6c9d3defab7ad6edc52e', '2026-11-30 19:16:10.556512+00'),
	('112_forwarder_outcomes', '124ee0a03587c9d2e234c6bb80b2801115872d4d2fdb88e7e645fc95a51d848a', '2026-11-30 19:16:10.556512+00'),
	('114_forwarder_pending_envelopes', 'cda484f1f8e4da149fffa4a21be063f61101f35a795f7d3687652b3475d4f0a7', '2026-11-30 19:16:10.556512+00'),
	('116_forwarder_store_outcomes', '61a01b3f25fd4a665d8a7d6486e092282909f65d9e2b334ffb8d9e3a2caea265', '2026-11-30 19:16:10.556512+00'),
	('120_forwarder_keep_srs_tokens', '4c8139679f3d68a483d874a1db607157c629dcbf45c6df542944957f91d101b8', '2026-11-30 19:16:10.556512+00'),
	('122_forwarder_find_srs_tokens', '3c62f565425264038a0fbb7a4e9fac10fcab28b347f087a7c280ca28c3cd27f5', '2026-11-30 19:16:10.556512+00'),
	('200_is_srs_address', 'f1e9caa35f31628b5d1a4579d67c3faae1e2705d120ac62bc8a4a8ac897cbb08', '2026-11-30 19:16:10.556512+00'),
	('210_is_usable_password', '3de1f49ca6b9cff6dc05afbbfeb2bfbc91c06225f07f3ac8dfe6ca6720bc2877', '2026-11-30 19:16:10.556512+00'),
	('220_has_permission', 'a4637cfe11a4b5235d5695a1de6d976d508e3055b4c0c2d5f15305694806b207', '2026-11-30 19:16:10.556512+00'),
	('230_find_login', 'a59e674d620027491aee6be774c8cb6fcd5b9e8adf404e215719437ace7b39b4', '2026-11-30 19:16:10.556512+00'),
	('300_authserver_get_credentials', 'c2f3d2a37dd0ce24665984a2b34e33ebb471712f84c096a8ef3185be92448cdc', '2026-11-30 19:16:10.556512+00'),
	('310_authserver_get_credentials_permission', 'f8507baec71fbc94b5a77b163cab5c05aca72cd0b90912b6fea5f7144106ef7b', '2026-11-30 19:16:10.556512+00'),
	('320_authserver_check_domain', 'a78f5b361751821f4dd5211429bb44ddcccce7211119cbba0a6138dd94541ff9', '2026-11-30 19:16:10.556512+00'),
	('330_authserver_resolve_alias', '2fe44172c00381158dacc571c5a7c10f3f93f2052a009b7b4f2a3ef6cd81cd3c', '2026-11-30 19:16:10.556512+00'),
	('340_authserver_iterate_users', 'ed3de9e2a3457de84ed7ddd82eb53e8400dcd7f5f22b04e694371a6d2954ceaf', '2026-11-30 19:16:10.556512+00'),
	('350_authserver_sender_addresses', '5006f0522b018e6d42f39c5e006b6dbb69e389b980cd634fc90ada9e093527fc', '2026-11-30 19:16:10.556512+00'),
	('400_doctor_lists', '475dbbaf74482dc6f8d7e40b7e377e9d4728b00bb45f838b16ca846874be15ba', '2026-11-30 19:16:10.556512+00');


--
-- Data for Name: service_user; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.service_user OVERRIDING SYSTEM VALUE VALUES
	(1, 'b472fac9-5fd1-4d95-a4cf-c5f96e0c2453', 'alice-phone', '$5$rounds=200000$lIvtYltpKQsb01ch$kVdjIx5LhpW8kK2iotVs/xSmjbASeq0yhhZKq5Tj896', '', '2026-11-30 19:16:41.768323+00', '2026-11-30 19:16:41.768323+00'),
	(2, 'b472fac9-5fd1-4d95-a4cf-c5f96e0c2453', 'alice-printer', '$5$rounds=200000$mdaxoAkGx1qB/7U.$BSeLzGRuOylQMdXHWCaDi.KQkosiG9e4o//MWgbGtx7', 'In the shed', '2026-11-30 19:16:41.912373+00', '2026-11-30 19:16:41.912373+00'),
	(3, '6fbee923-df97-4a67-99a1-8213956146dd', 'frank-phone', '$5$rounds=200000$7i9aD077LpM2XjhM$uzsn.aRY7S2dsMhFGg1gGUwpANpYOJTIKZzrmE/B0w/', '', '2026-11-30 19:16:42.215632+00', '2026-11-30 19:16:42.215632+00'),
	(4, 'f8e48f1a-b85b-4abd-8a2e-c05c405b8495', 'info-web', '!', '', '2026-11-30 19:16:42.279736+00', '2026-11-30 19:16:42.279736+00');


--
-- Data for Name: srs_token; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.srs_token VALUES
	('wrfuyulj73z5qt6p6dc765bll6', 'a-customer-with-a-long-name-and-a-long-address.of@customers.shop.test', '2026-11-30'),
	('zyl2blfyy5bjs3jxeardsy2fme', 'SRS0=Ab1/=UV=a-domain-with-a-rather-long-name.far.test=dora@forwarder.test', '2026-11-30');


--
-- Data for Name: user_group; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.user_group OVERRIDING SYSTEM VALUE VALUES
	(1, 'staff', 'Who works here', true),
	(2, 'robots', '', false);


--
-- Data for Name: user_group_member; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.user_group_member VALUES
	(1, 'b472fac9-5fd1-4d95-a4cf-c5f96e0c2453'),
	(1, 'f8e48f1a-b85b-4abd-8a2e-c05c405b8495'),
	(1, 'f4f204c0-4a14-4d18-80e9-fa33cf0c2368'),
	(1, '6fbee923-df97-4a67-99a1-8213956146dd'),
	(2, '5a175ade-29b5-467d-85ec-0f6320c16d80'),
	(2, '1bf3edd8-34a2-4028-951b-760c35071a53');


--
-- Data for Name: user_group_permission; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.user_group_permission VALUES
	(1, 1),
	(2, 2),
	(1, 3);


--
-- Data for Name: user_permission; Type: TABLE DATA; Schema: authserver; Owner: authserver_owner
--

INSERT INTO authserver.user_permission VALUES
	('5a175ade-29b5-467d-85ec-0f6320c16d80', 1),
	('a4f3bf4b-b89d-4889-9a93-aa21708aa079', 2),
	('b472fac9-5fd1-4d95-a4cf-c5f96e0c2453', 3);


--
-- Name: dkim_key_event_id_seq; Type: SEQUENCE SET; Schema: authserver; Owner: authserver_owner
--

SELECT pg_catalog.setval('authserver.dkim_key_event_id_seq', 20, true);


--
-- Name: dkim_key_id_seq; Type: SEQUENCE SET; Schema: authserver; Owner: authserver_owner
--

SELECT pg_catalog.setval('authserver.dkim_key_id_seq', 9, true);


--
-- Name: domain_id_seq; Type: SEQUENCE SET; Schema: authserver; Owner: authserver_owner
--

SELECT pg_catalog.setval('authserver.domain_id_seq', 13, true);


--
-- Name: email_alias_id_seq; Type: SEQUENCE SET; Schema: authserver; Owner: authserver_owner
--

SELECT pg_catalog.setval('authserver.email_alias_id_seq', 66, true);


--
-- Name: mailing_list_address_id_seq; Type: SEQUENCE SET; Schema: authserver; Owner: authserver_owner
--

SELECT pg_catalog.setval('authserver.mailing_list_address_id_seq', 103, true);


--
-- Name: mailing_list_id_seq; Type: SEQUENCE SET; Schema: authserver; Owner: authserver_owner
--

SELECT pg_catalog.setval('authserver.mailing_list_id_seq', 22, true);


--
-- Name: permission_id_seq; Type: SEQUENCE SET; Schema: authserver; Owner: authserver_owner
--

SELECT pg_catalog.setval('authserver.permission_id_seq', 3, true);


--
-- Name: service_user_id_seq; Type: SEQUENCE SET; Schema: authserver; Owner: authserver_owner
--

SELECT pg_catalog.setval('authserver.service_user_id_seq', 4, true);


--
-- Name: user_group_id_seq; Type: SEQUENCE SET; Schema: authserver; Owner: authserver_owner
--

SELECT pg_catalog.setval('authserver.user_group_id_seq', 2, true);


--
-- Name: delivery_outcome delivery_outcome_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.delivery_outcome
    ADD CONSTRAINT delivery_outcome_pkey PRIMARY KEY (key);


--
-- Name: dkim_key_event dkim_key_event_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.dkim_key_event
    ADD CONSTRAINT dkim_key_event_pkey PRIMARY KEY (id);


--
-- Name: dkim_key dkim_key_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.dkim_key
    ADD CONSTRAINT dkim_key_pkey PRIMARY KEY (id);


--
-- Name: dkim_key dkim_key_selector_unique; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.dkim_key
    ADD CONSTRAINT dkim_key_selector_unique UNIQUE (domain_id, selector);


--
-- Name: domain domain_name_unique; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.domain
    ADD CONSTRAINT domain_name_unique UNIQUE (name);


--
-- Name: domain domain_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.domain
    ADD CONSTRAINT domain_pkey PRIMARY KEY (id);


--
-- Name: email_alias email_alias_id_and_user; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.email_alias
    ADD CONSTRAINT email_alias_id_and_user UNIQUE (id, user_id);


--
-- Name: email_alias email_alias_local_part_unique; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.email_alias
    ADD CONSTRAINT email_alias_local_part_unique UNIQUE (domain_id, local_part);


--
-- Name: email_alias email_alias_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.email_alias
    ADD CONSTRAINT email_alias_pkey PRIMARY KEY (id);


--
-- Name: mail_user mail_user_identifier_unique; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.mail_user
    ADD CONSTRAINT mail_user_identifier_unique UNIQUE (identifier);


--
-- Name: mail_user mail_user_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.mail_user
    ADD CONSTRAINT mail_user_pkey PRIMARY KEY (id);


--
-- Name: mailing_list_address mailing_list_address_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.mailing_list_address
    ADD CONSTRAINT mailing_list_address_pkey PRIMARY KEY (id);


--
-- Name: mailing_list mailing_list_name_unique; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.mailing_list
    ADD CONSTRAINT mailing_list_name_unique UNIQUE (name);


--
-- Name: mailing_list mailing_list_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.mailing_list
    ADD CONSTRAINT mailing_list_pkey PRIMARY KEY (id);


--
-- Name: permission permission_name_unique; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.permission
    ADD CONSTRAINT permission_name_unique UNIQUE (name);


--
-- Name: permission permission_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.permission
    ADD CONSTRAINT permission_pkey PRIMARY KEY (id);


--
-- Name: schema_migration schema_migration_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (version);


--
-- Name: schema_routine schema_routine_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.schema_routine
    ADD CONSTRAINT schema_routine_pkey PRIMARY KEY (name);


--
-- Name: service_user service_user_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.service_user
    ADD CONSTRAINT service_user_pkey PRIMARY KEY (id);


--
-- Name: service_user service_user_username_unique; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.service_user
    ADD CONSTRAINT service_user_username_unique UNIQUE (username);


--
-- Name: srs_token srs_token_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.srs_token
    ADD CONSTRAINT srs_token_pkey PRIMARY KEY (token);


--
-- Name: user_group_member user_group_member_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.user_group_member
    ADD CONSTRAINT user_group_member_pkey PRIMARY KEY (user_id, group_id);


--
-- Name: user_group user_group_name_unique; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.user_group
    ADD CONSTRAINT user_group_name_unique UNIQUE (name);


--
-- Name: user_group_permission user_group_permission_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.user_group_permission
    ADD CONSTRAINT user_group_permission_pkey PRIMARY KEY (group_id, permission_id);


--
-- Name: user_group user_group_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.user_group
    ADD CONSTRAINT user_group_pkey PRIMARY KEY (id);


--
-- Name: user_permission user_permission_pkey; Type: CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.user_permission
    ADD CONSTRAINT user_permission_pkey PRIMARY KEY (user_id, permission_id);


--
-- Name: delivery_outcome_envelope; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE INDEX delivery_outcome_envelope ON authserver.delivery_outcome USING btree (envelope);


--
-- Name: delivery_outcome_first_seen; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE INDEX delivery_outcome_first_seen ON authserver.delivery_outcome USING btree (first_seen);


--
-- Name: dkim_key_active; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE INDEX dkim_key_active ON authserver.dkim_key USING btree (domain_id) WHERE (state = 'active'::text);


--
-- Name: dkim_key_event_domain; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE INDEX dkim_key_event_domain ON authserver.dkim_key_event USING btree (domain, id);


--
-- Name: domain_redirect_to; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE INDEX domain_redirect_to ON authserver.domain USING btree (redirect_to) WHERE (redirect_to IS NOT NULL);


--
-- Name: email_alias_list; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE INDEX email_alias_list ON authserver.email_alias USING btree (list_id) WHERE (list_id IS NOT NULL);


--
-- Name: email_alias_user; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE INDEX email_alias_user ON authserver.email_alias USING btree (user_id) WHERE (user_id IS NOT NULL);


--
-- Name: mail_user_delivery_mailbox; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE INDEX mail_user_delivery_mailbox ON authserver.mail_user USING btree (delivery_mailbox_id) WHERE (delivery_mailbox_id IS NOT NULL);


--
-- Name: mailing_list_address_order; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE INDEX mailing_list_address_order ON authserver.mailing_list_address USING btree (list_id, id);


--
-- Name: mailing_list_address_unique; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE UNIQUE INDEX mailing_list_address_unique ON authserver.mailing_list_address USING btree (list_id, lower((address COLLATE "C")));


--
-- Name: mailing_list_owner; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE INDEX mailing_list_owner ON authserver.mailing_list USING btree (owner_id) WHERE (owner_id IS NOT NULL);


--
-- Name: service_user_user; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE INDEX service_user_user ON authserver.service_user USING btree (user_id);


--
-- Name: srs_token_last_used; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE INDEX srs_token_last_used ON authserver.srs_token USING btree (last_used);


--
-- Name: user_group_member_group; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE INDEX user_group_member_group ON authserver.user_group_member USING btree (group_id);


--
-- Name: user_group_permission_permission; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE INDEX user_group_permission_permission ON authserver.user_group_permission USING btree (permission_id);


--
-- Name: user_permission_permission; Type: INDEX; Schema: authserver; Owner: authserver_owner
--

CREATE INDEX user_permission_permission ON authserver.user_permission USING btree (permission_id);


--
-- Name: domain changed_at; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER changed_at BEFORE UPDATE ON authserver.domain FOR EACH ROW EXECUTE FUNCTION authserver.set_changed_at();


--
-- Name: email_alias changed_at; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER changed_at BEFORE UPDATE ON authserver.email_alias FOR EACH ROW EXECUTE FUNCTION authserver.set_changed_at();


--
-- Name: mail_user changed_at; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER changed_at BEFORE UPDATE ON authserver.mail_user FOR EACH ROW EXECUTE FUNCTION authserver.set_changed_at();


--
-- Name: mailing_list changed_at; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER changed_at BEFORE UPDATE ON authserver.mailing_list FOR EACH ROW EXECUTE FUNCTION authserver.set_changed_at();


--
-- Name: service_user changed_at; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER changed_at BEFORE UPDATE ON authserver.service_user FOR EACH ROW EXECUTE FUNCTION authserver.set_changed_at();


--
-- Name: dkim_key dkim_key_is_not_renamed; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER dkim_key_is_not_renamed BEFORE UPDATE ON authserver.dkim_key FOR EACH ROW WHEN (((old.selector IS DISTINCT FROM new.selector) OR (old.domain_id IS DISTINCT FROM new.domain_id))) EXECUTE FUNCTION authserver.refuse_rename('the selector or domain');


--
-- Name: domain domain_is_not_renamed; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER domain_is_not_renamed BEFORE UPDATE ON authserver.domain FOR EACH ROW WHEN ((old.name IS DISTINCT FROM new.name)) EXECUTE FUNCTION authserver.refuse_rename('the name');


--
-- Name: dkim_key notify_delete; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_delete AFTER DELETE ON authserver.dkim_key REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_dkim_key();


--
-- Name: domain notify_delete; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_delete AFTER DELETE ON authserver.domain REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_domain();


--
-- Name: email_alias notify_delete; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_delete AFTER DELETE ON authserver.email_alias REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_alias();


--
-- Name: mailing_list notify_delete; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_delete AFTER DELETE ON authserver.mailing_list REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list();


--
-- Name: mailing_list_address notify_delete; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_delete AFTER DELETE ON authserver.mailing_list_address REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list_address();


--
-- Name: dkim_key notify_insert; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_insert AFTER INSERT ON authserver.dkim_key REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_dkim_key();


--
-- Name: domain notify_insert; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_insert AFTER INSERT ON authserver.domain REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_domain();


--
-- Name: email_alias notify_insert; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_insert AFTER INSERT ON authserver.email_alias REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_alias();


--
-- Name: mailing_list_address notify_insert; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_insert AFTER INSERT ON authserver.mailing_list_address REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list_address();


--
-- Name: dkim_key notify_truncate; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.dkim_key FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();


--
-- Name: domain notify_truncate; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.domain FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();


--
-- Name: email_alias notify_truncate; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.email_alias FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();


--
-- Name: mail_user notify_truncate; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.mail_user FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();


--
-- Name: mailing_list notify_truncate; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.mailing_list FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();


--
-- Name: mailing_list_address notify_truncate; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.mailing_list_address FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();


--
-- Name: dkim_key notify_update; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_update AFTER UPDATE ON authserver.dkim_key REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_dkim_key();


--
-- Name: domain notify_update; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_update AFTER UPDATE ON authserver.domain REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_domain();


--
-- Name: mail_user notify_update; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_update AFTER UPDATE ON authserver.mail_user REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_user();


--
-- Name: mailing_list notify_update; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_update AFTER UPDATE ON authserver.mailing_list REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list();


--
-- Name: domain notify_update_active; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_update_active AFTER UPDATE ON authserver.domain REFERENCING OLD TABLE AS previous NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_domain_active();


--
-- Name: email_alias notify_update_new; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_update_new AFTER UPDATE ON authserver.email_alias REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_alias();


--
-- Name: mailing_list_address notify_update_new; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_update_new AFTER UPDATE ON authserver.mailing_list_address REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list_address();


--
-- Name: email_alias notify_update_old; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_update_old AFTER UPDATE ON authserver.email_alias REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_alias();


--
-- Name: mailing_list_address notify_update_old; Type: TRIGGER; Schema: authserver; Owner: authserver_owner
--

CREATE TRIGGER notify_update_old AFTER UPDATE ON authserver.mailing_list_address REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list_address();


--
-- Name: dkim_key dkim_key_domain_id_fkey; Type: FK CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.dkim_key
    ADD CONSTRAINT dkim_key_domain_id_fkey FOREIGN KEY (domain_id) REFERENCES authserver.domain(id) ON DELETE CASCADE;


--
-- Name: email_alias email_alias_domain_id_fkey; Type: FK CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.email_alias
    ADD CONSTRAINT email_alias_domain_id_fkey FOREIGN KEY (domain_id) REFERENCES authserver.domain(id);


--
-- Name: email_alias email_alias_list_id_fkey; Type: FK CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.email_alias
    ADD CONSTRAINT email_alias_list_id_fkey FOREIGN KEY (list_id) REFERENCES authserver.mailing_list(id) ON DELETE CASCADE;


--
-- Name: email_alias email_alias_user_id_fkey; Type: FK CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.email_alias
    ADD CONSTRAINT email_alias_user_id_fkey FOREIGN KEY (user_id) REFERENCES authserver.mail_user(id) ON DELETE CASCADE;


--
-- Name: mail_user mail_user_delivery_mailbox_is_its_own; Type: FK CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.mail_user
    ADD CONSTRAINT mail_user_delivery_mailbox_is_its_own FOREIGN KEY (delivery_mailbox_id, id) REFERENCES authserver.email_alias(id, user_id);


--
-- Name: mailing_list_address mailing_list_address_list_id_fkey; Type: FK CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.mailing_list_address
    ADD CONSTRAINT mailing_list_address_list_id_fkey FOREIGN KEY (list_id) REFERENCES authserver.mailing_list(id) ON DELETE CASCADE;


--
-- Name: mailing_list mailing_list_owner_id_fkey; Type: FK CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.mailing_list
    ADD CONSTRAINT mailing_list_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES authserver.mail_user(id) ON DELETE SET NULL;


--
-- Name: service_user service_user_user_id_fkey; Type: FK CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.service_user
    ADD CONSTRAINT service_user_user_id_fkey FOREIGN KEY (user_id) REFERENCES authserver.mail_user(id) ON DELETE CASCADE;


--
-- Name: user_group_member user_group_member_group_id_fkey; Type: FK CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.user_group_member
    ADD CONSTRAINT user_group_member_group_id_fkey FOREIGN KEY (group_id) REFERENCES authserver.user_group(id) ON DELETE CASCADE;


--
-- Name: user_group_member user_group_member_user_id_fkey; Type: FK CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.user_group_member
    ADD CONSTRAINT user_group_member_user_id_fkey FOREIGN KEY (user_id) REFERENCES authserver.mail_user(id) ON DELETE CASCADE;


--
-- Name: user_group_permission user_group_permission_group_id_fkey; Type: FK CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.user_group_permission
    ADD CONSTRAINT user_group_permission_group_id_fkey FOREIGN KEY (group_id) REFERENCES authserver.user_group(id) ON DELETE CASCADE;


--
-- Name: user_group_permission user_group_permission_permission_id_fkey; Type: FK CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.user_group_permission
    ADD CONSTRAINT user_group_permission_permission_id_fkey FOREIGN KEY (permission_id) REFERENCES authserver.permission(id) ON DELETE CASCADE;


--
-- Name: user_permission user_permission_permission_id_fkey; Type: FK CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.user_permission
    ADD CONSTRAINT user_permission_permission_id_fkey FOREIGN KEY (permission_id) REFERENCES authserver.permission(id) ON DELETE CASCADE;


--
-- Name: user_permission user_permission_user_id_fkey; Type: FK CONSTRAINT; Schema: authserver; Owner: authserver_owner
--

ALTER TABLE ONLY authserver.user_permission
    ADD CONSTRAINT user_permission_user_id_fkey FOREIGN KEY (user_id) REFERENCES authserver.mail_user(id) ON DELETE CASCADE;


--
-- Name: SCHEMA authserver; Type: ACL; Schema: -; Owner: authserver_owner
--

GRANT USAGE ON SCHEMA authserver TO authserver_admin;
GRANT USAGE ON SCHEMA authserver TO authserver_signer;
GRANT USAGE ON SCHEMA authserver TO authserver_forwarder;


--
-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: pg_database_owner
--

GRANT ALL ON SCHEMA public TO authserver_owner;
GRANT USAGE ON SCHEMA public TO authserver_api;


--
-- Name: FUNCTION doctor_lists(max_rows integer); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.doctor_lists(max_rows integer) FROM PUBLIC;
GRANT ALL ON FUNCTION authserver.doctor_lists(max_rows integer) TO authserver_admin;


--
-- Name: FUNCTION find_login(login text, OUT user_id uuid, OUT password text, OUT primary_address text); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.find_login(login text, OUT user_id uuid, OUT password text, OUT primary_address text) FROM PUBLIC;


--
-- Name: FUNCTION forwarder_find_srs_tokens(tokens text[]); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.forwarder_find_srs_tokens(tokens text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION authserver.forwarder_find_srs_tokens(tokens text[]) TO authserver_forwarder;
GRANT ALL ON FUNCTION authserver.forwarder_find_srs_tokens(tokens text[]) TO authserver_admin;


--
-- Name: FUNCTION forwarder_keep_srs_tokens(tokens text[], addresses text[]); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.forwarder_keep_srs_tokens(tokens text[], addresses text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION authserver.forwarder_keep_srs_tokens(tokens text[], addresses text[]) TO authserver_forwarder;
GRANT ALL ON FUNCTION authserver.forwarder_keep_srs_tokens(tokens text[], addresses text[]) TO authserver_admin;


--
-- Name: FUNCTION forwarder_outcomes(keys bytea[]); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.forwarder_outcomes(keys bytea[]) FROM PUBLIC;
GRANT ALL ON FUNCTION authserver.forwarder_outcomes(keys bytea[]) TO authserver_forwarder;


--
-- Name: FUNCTION forwarder_pending_envelopes(envelopes bigint[], most integer); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.forwarder_pending_envelopes(envelopes bigint[], most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION authserver.forwarder_pending_envelopes(envelopes bigint[], most integer) TO authserver_forwarder;


--
-- Name: FUNCTION forwarder_resolve(addresses text[]); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.forwarder_resolve(addresses text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION authserver.forwarder_resolve(addresses text[]) TO authserver_forwarder;
GRANT ALL ON FUNCTION authserver.forwarder_resolve(addresses text[]) TO authserver_admin;


--
-- Name: FUNCTION forwarder_store_outcomes(keys bytea[], envelopes bigint[], outcomes text[], replies text[], lifetime_seconds bigint); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.forwarder_store_outcomes(keys bytea[], envelopes bigint[], outcomes text[], replies text[], lifetime_seconds bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION authserver.forwarder_store_outcomes(keys bytea[], envelopes bigint[], outcomes text[], replies text[], lifetime_seconds bigint) TO authserver_forwarder;


--
-- Name: FUNCTION has_permission(user_id uuid, permission_name text); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.has_permission(user_id uuid, permission_name text) FROM PUBLIC;


--
-- Name: FUNCTION is_srs_address(local_part text); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.is_srs_address(local_part text) FROM PUBLIC;


--
-- Name: FUNCTION is_usable_password(password text); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.is_usable_password(password text) FROM PUBLIC;


--
-- Name: FUNCTION look_up(address text, OUT decision text, OUT domain_id bigint, OUT domain text, OUT transactional boolean, OUT alias_id bigint, OUT matched_local_part text, OUT user_id uuid, OUT primary_address text, OUT list_id bigint, OUT target text, OUT block_action text); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.look_up(address text, OUT decision text, OUT domain_id bigint, OUT domain text, OUT transactional boolean, OUT alias_id bigint, OUT matched_local_part text, OUT user_id uuid, OUT primary_address text, OUT list_id bigint, OUT target text, OUT block_action text) FROM PUBLIC;


--
-- Name: FUNCTION lookup_keys(local_part text); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.lookup_keys(local_part text) FROM PUBLIC;


--
-- Name: FUNCTION notify_alias(); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.notify_alias() FROM PUBLIC;


--
-- Name: FUNCTION notify_all(); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.notify_all() FROM PUBLIC;


--
-- Name: FUNCTION notify_changes(kind text, ids bigint[]); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.notify_changes(kind text, ids bigint[]) FROM PUBLIC;


--
-- Name: FUNCTION notify_dkim_key(); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.notify_dkim_key() FROM PUBLIC;


--
-- Name: FUNCTION notify_domain(); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.notify_domain() FROM PUBLIC;


--
-- Name: FUNCTION notify_domain_active(); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.notify_domain_active() FROM PUBLIC;


--
-- Name: FUNCTION notify_list(); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.notify_list() FROM PUBLIC;


--
-- Name: FUNCTION notify_list_address(); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.notify_list_address() FROM PUBLIC;


--
-- Name: FUNCTION notify_user(); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.notify_user() FROM PUBLIC;


--
-- Name: FUNCTION notify_users(users uuid[]); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.notify_users(users uuid[]) FROM PUBLIC;


--
-- Name: FUNCTION refuse_rename(); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.refuse_rename() FROM PUBLIC;


--
-- Name: FUNCTION schema_version(); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.schema_version() FROM PUBLIC;
GRANT ALL ON FUNCTION authserver.schema_version() TO authserver_admin;
GRANT ALL ON FUNCTION authserver.schema_version() TO authserver_signer;
GRANT ALL ON FUNCTION authserver.schema_version() TO authserver_forwarder;


--
-- Name: FUNCTION set_changed_at(); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.set_changed_at() FROM PUBLIC;


--
-- Name: FUNCTION signer_keys(domains text[]); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.signer_keys(domains text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION authserver.signer_keys(domains text[]) TO authserver_signer;
GRANT ALL ON FUNCTION authserver.signer_keys(domains text[]) TO authserver_admin;


--
-- Name: FUNCTION signer_profiles(domains text[]); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.signer_profiles(domains text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION authserver.signer_profiles(domains text[]) TO authserver_signer;
GRANT ALL ON FUNCTION authserver.signer_profiles(domains text[]) TO authserver_admin;


--
-- Name: FUNCTION signer_wrapping_keys(); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.signer_wrapping_keys() FROM PUBLIC;
GRANT ALL ON FUNCTION authserver.signer_wrapping_keys() TO authserver_signer;


--
-- Name: FUNCTION split_address(address text, OUT local_part text, OUT domain text); Type: ACL; Schema: authserver; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION authserver.split_address(address text, OUT local_part text, OUT domain text) FROM PUBLIC;
GRANT ALL ON FUNCTION authserver.split_address(address text, OUT local_part text, OUT domain text) TO authserver_admin;


--
-- Name: FUNCTION authserver_check_domain(domain character varying); Type: ACL; Schema: public; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION public.authserver_check_domain(domain character varying) FROM PUBLIC;
GRANT ALL ON FUNCTION public.authserver_check_domain(domain character varying) TO authserver_api;


--
-- Name: FUNCTION authserver_get_credentials(email character varying); Type: ACL; Schema: public; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION public.authserver_get_credentials(email character varying) FROM PUBLIC;
GRANT ALL ON FUNCTION public.authserver_get_credentials(email character varying) TO authserver_api;


--
-- Name: FUNCTION authserver_get_credentials(email character varying, required_permission character varying); Type: ACL; Schema: public; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION public.authserver_get_credentials(email character varying, required_permission character varying) FROM PUBLIC;
GRANT ALL ON FUNCTION public.authserver_get_credentials(email character varying, required_permission character varying) TO authserver_api;


--
-- Name: FUNCTION authserver_iterate_users(); Type: ACL; Schema: public; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION public.authserver_iterate_users() FROM PUBLIC;
GRANT ALL ON FUNCTION public.authserver_iterate_users() TO authserver_api;


--
-- Name: FUNCTION authserver_resolve_alias(email character varying, resolve_to_virtmail boolean); Type: ACL; Schema: public; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION public.authserver_resolve_alias(email character varying, resolve_to_virtmail boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.authserver_resolve_alias(email character varying, resolve_to_virtmail boolean) TO authserver_api;


--
-- Name: FUNCTION authserver_sender_addresses(login character varying); Type: ACL; Schema: public; Owner: authserver_owner
--

REVOKE ALL ON FUNCTION public.authserver_sender_addresses(login character varying) FROM PUBLIC;
GRANT ALL ON FUNCTION public.authserver_sender_addresses(login character varying) TO authserver_api;


--
-- Name: TABLE delivery_outcome; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE authserver.delivery_outcome TO authserver_admin;


--
-- Name: TABLE dkim_key; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE authserver.dkim_key TO authserver_admin;


--
-- Name: TABLE dkim_key_event; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT,INSERT ON TABLE authserver.dkim_key_event TO authserver_admin;


--
-- Name: TABLE domain; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE authserver.domain TO authserver_admin;


--
-- Name: TABLE email_alias; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE authserver.email_alias TO authserver_admin;


--
-- Name: TABLE mail_user; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE authserver.mail_user TO authserver_admin;


--
-- Name: TABLE mailing_list; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE authserver.mailing_list TO authserver_admin;


--
-- Name: TABLE mailing_list_address; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE authserver.mailing_list_address TO authserver_admin;


--
-- Name: TABLE permission; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE authserver.permission TO authserver_admin;


--
-- Name: TABLE schema_migration; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT ON TABLE authserver.schema_migration TO authserver_admin;


--
-- Name: TABLE schema_routine; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT ON TABLE authserver.schema_routine TO authserver_admin;


--
-- Name: TABLE service_user; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE authserver.service_user TO authserver_admin;


--
-- Name: TABLE user_group; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE authserver.user_group TO authserver_admin;


--
-- Name: TABLE user_group_member; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE authserver.user_group_member TO authserver_admin;


--
-- Name: TABLE user_group_permission; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE authserver.user_group_permission TO authserver_admin;


--
-- Name: TABLE user_permission; Type: ACL; Schema: authserver; Owner: authserver_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE authserver.user_permission TO authserver_admin;


--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: authserver_owner
--

ALTER DEFAULT PRIVILEGES FOR ROLE authserver_owner REVOKE ALL ON FUNCTIONS  FROM PUBLIC;


--
-- PostgreSQL database dump complete
--


