CREATE OR REPLACE FUNCTION authserver.forwarder_judge_author(
    author text,
    sender text,
    login text,
    OUT domain text,
    OUT author_must_match text,
    OUT author_mismatch text,
    OUT verdict text,
    OUT domain_ids bigint[],
    OUT list_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wrote   record;
    sent    record;
    judged  record;
    owner   record;
    its     record;
    chained record;
    who     uuid;
    -- Of a reverse-path that is no user's: whether it is somebody's all the same.
    is_ours boolean := false;
    -- Whether author and reverse-path are in a domain without a row, a host's name below one of ours. No alias can be there.
    is_host boolean := false;
    matches boolean;
BEGIN
    author_must_match := 'off';
    author_mismatch := 'unsigned';
    verdict := 'unjudged';
    wrote := authserver.split_address(author);
    SELECT d.id, d.name, d.active, d.author_must_match AS must_match, d.author_mismatch AS mismatch INTO judged
    FROM authserver.domain d WHERE d.id = authserver.closest_domain(wrote.domain);
    -- 0 stands for names that are nobody's: a new domain may take them.
    domain_ids := ARRAY[coalesce(judged.id, 0)];
    IF judged.id IS NULL THEN
        RETURN;
    END IF;
    IF judged.name <> wrote.domain THEN
        domain_ids := domain_ids || 0::bigint;
    END IF;
    domain := judged.name;
    author_must_match := judged.must_match;
    author_mismatch := judged.mismatch;
    IF author_must_match = 'off' THEN
        RETURN;
    END IF;

    IF login IS NOT NULL THEN
        who := (authserver.find_login(login)).user_id;
        domain_ids := domain_ids || (authserver.find_owner(login)).domain_ids;
    END IF;
    -- A login that is none of ours, such as one of the edge's own, says nothing.
    IF who IS NULL THEN
        IF sender IS NULL THEN
            RETURN;
        END IF;
        owner := authserver.find_owner(sender);
        who := owner.user_id;
        domain_ids := domain_ids || owner.domain_ids;
        list_id := owner.list_id;
        sent := authserver.split_address(sender);
        is_ours := who IS NOT NULL OR owner.decision IN ('list', 'blocked');
        is_host := judged.name <> wrote.domain AND sent.domain = wrote.domain;
    END IF;

    IF NOT judged.active THEN
        matches := false;
    ELSIF author_must_match = 'address' THEN
        its := authserver.find_owner(author);
        domain_ids := domain_ids || its.domain_ids;
        matches := CASE
            WHEN who IS NOT NULL THEN its.user_id = who
            WHEN is_host THEN sent.local_part = wrote.local_part
            ELSE is_ours AND its.alias_id = owner.alias_id
        END;
    ELSE
        matches := is_host OR (is_ours AND authserver.closest_domain(sent.domain) = judged.id);
        IF who IS NOT NULL AND NOT matches THEN
            chained := authserver.has_address_in(who, judged.id);
            matches := chained.has_one;
            domain_ids := domain_ids || chained.domain_ids;
        END IF;
    END IF;
    verdict := CASE WHEN matches THEN 'match' ELSE 'mismatch' END;
END;
$$;

COMMENT ON FUNCTION authserver.forwarder_judge_author(text, text, text) IS
'Whether the author of a submitted message is one that its sender may be, as the closest domain of ours at or above the author''s wants it: match, mismatch, or unjudged where it wants nothing, where there is none, and for a NULL sender (<>) without a login of ours. A login of ours decides before the reverse-path. domain_ids (0 for names that are nobody''s) and list_id are what the answer rests on.';

REVOKE ALL ON FUNCTION authserver.forwarder_judge_author(text, text, text) FROM PUBLIC;
-- For `authserver explain` as well.
GRANT EXECUTE ON FUNCTION authserver.forwarder_judge_author(text, text, text) TO authserver_forwarder, authserver_admin;
