CREATE OR REPLACE FUNCTION authserver.judge_list(list bigint)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- By indexes alone, and not compiled first: in the transaction that fills the tables nothing is known yet of how large they are.
SET jit = off
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    most CONSTANT int := (SELECT s.max_targets FROM authserver.site s);
    -- Decisions that stand for no address.
    ways CONSTANT text[] := '{list,redirect,repeated,too_many}';
    seen record;
BEGIN
    SELECT count(*) AS steps,
           count(*) FILTER (WHERE x.decision <> ALL (ways)) AS addresses,
           count(*) FILTER (WHERE x.decision IN ('user', 'foreign')) AS alive,
           count(*) FILTER (WHERE x.decision = 'blocked') AS blocked,
           count(*) FILTER (WHERE x.decision = 'inactive') AS inactive,
           count(*) FILTER (WHERE x.decision = 'circle') AS circles,
           coalesce(bool_or(x.decision = 'too_deep'), false) AS too_deep,
           coalesce(bool_or(x.decision = 'too_many'), false) AS too_many
    INTO seen
    FROM authserver.forwarder_expand(list) x;
    -- The same address by two ways is one, as mailforwarder counts; of a foreign one the case of the local part counts.
    IF seen.too_many OR (seen.addresses > most AND most < (
        SELECT count(DISTINCT (CASE WHEN x.domain_id IS NULL THEN x.address ELSE lower(x.address COLLATE "C") END) COLLATE "C")
        FROM authserver.forwarder_expand(list) x
        WHERE x.decision <> ALL (ways)))
    THEN
        RETURN 'too_large';
    ELSIF seen.too_deep THEN
        RETURN 'too_deep';
    ELSIF seen.alive > 0 THEN
        RETURN 'ok';
    ELSIF seen.steps = 0 THEN
        RETURN 'empty';
    ELSIF seen.addresses = 0 OR seen.blocked + seen.inactive + seen.circles < seen.addresses THEN
        RETURN 'nowhere';
    ELSIF seen.blocked > 0 THEN
        RETURN 'blocked';
    ELSIF seen.inactive > 0 THEN
        RETURN 'inactive';
    END IF;
    RETURN 'circle';
END;
$$;

COMMENT ON FUNCTION authserver.judge_list(bigint) IS
'Whether mailforwarder takes mail for a list: ok, or why somebody who is told 250 at the edge would hear of a failure. empty has no member; too_large and too_deep meet a bound; blocked, inactive and circle lead to nothing else; nowhere leads to nobody who receives mail.';

REVOKE ALL ON FUNCTION authserver.judge_list(bigint) FROM PUBLIC;
