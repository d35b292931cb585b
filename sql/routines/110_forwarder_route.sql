CREATE OR REPLACE FUNCTION authserver.forwarder_route(addresses text[])
RETURNS TABLE (
    input              int,
    step               int,
    address            text,
    decision           text,
    domain_id          bigint,
    domain             text,
    matched_local_part text,
    list_id            bigint,
    list_name          text,
    new_mailfrom       text,
    owner_address      text,
    target             text,
    block_action       text,
    transactional      boolean,
    null_sender        text,
    single_member      boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    max_redirects CONSTANT int := 10;
    looked record;
    listed record;
    -- The addresses of this input's redirects so far, folded.
    followed text[];
BEGIN
    FOR i IN 1 .. coalesce(array_length(addresses, 1), 0) LOOP
        input := i;
        step := 0;
        address := addresses[i];
        followed := '{}'::text[];
        LOOP
            step := step + 1;
            looked := authserver.look_up(address);
            decision := looked.decision;
            domain_id := looked.domain_id;
            domain := looked.domain;
            matched_local_part := looked.matched_local_part;
            list_id := looked.list_id;
            target := looked.target;
            block_action := looked.block_action;
            transactional := looked.transactional;
            list_name := NULL;
            new_mailfrom := NULL;
            owner_address := NULL;
            null_sender := NULL;
            single_member := NULL;
            IF list_id IS NOT NULL THEN
                listed := authserver.look_up_list(list_id);
                list_name := listed.list_name;
                new_mailfrom := listed.new_mailfrom;
                owner_address := listed.owner_address;
                null_sender := listed.null_sender;
                single_member := listed.single_member;
            END IF;
            IF decision = 'redirect' THEN
                IF lower(address COLLATE "C") = ANY (followed) THEN
                    decision := 'circle';
                ELSIF step > max_redirects THEN
                    decision := 'too_deep';
                END IF;
            END IF;
            RETURN NEXT;
            EXIT WHEN decision <> 'redirect';
            followed := followed || lower(address COLLATE "C");
            address := target;
        END LOOP;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION authserver.forwarder_route(text[]) IS
'Where each address leads: its own step, then one for each redirect that is followed. The last one decides; of a list forwarder_expand tells the members. A redirect that comes back to itself ends in circle, an eleventh one in too_deep.';

REVOKE ALL ON FUNCTION authserver.forwarder_route(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.forwarder_route(text[]) TO authserver_forwarder, authserver_admin;
