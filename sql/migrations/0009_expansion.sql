-- Where an address leads and who is on a list are two questions since: forwarder_route and forwarder_expand. A mailforwarder
-- of before answers 451 until it is restarted.
DROP FUNCTION IF EXISTS authserver.forwarder_resolve(text[]);

-- Has the limit of a list's size as well.
DROP FUNCTION IF EXISTS authserver.doctor_lists(int);

DELETE FROM authserver.schema_routine WHERE name = '110_forwarder_resolve';
