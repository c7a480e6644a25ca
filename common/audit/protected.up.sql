-- What makes the audit of a service a chain that is only ever added to. A migration of each service
-- runs it with its own schema in the place of ``audit_schema``; like every migration it is never
-- edited afterwards.
ALTER TABLE audit_schema.audit
    ADD CONSTRAINT audit_number_counts CHECK (number > 0),
    ADD CONSTRAINT audit_number_has_hash CHECK ((number IS NULL) = (hash IS NULL));
CREATE INDEX IF NOT EXISTS audit_unchained ON audit_schema.audit (id) WHERE number IS NULL;
CREATE INDEX audit_actor ON audit_schema.audit (actor, id);
CREATE INDEX audit_action ON audit_schema.audit (action, id);
CREATE INDEX audit_object ON audit_schema.audit (object, id);
CREATE INDEX audit_at ON audit_schema.audit (at);

-- How far the chain goes, kept beside it: a tail that is cut off is missed, unless this is too.
CREATE TABLE audit_schema.audit_head (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    number  bigint NOT NULL CHECK (number >= 0),
    hash    bytea NOT NULL
);
INSERT INTO audit_schema.audit_head (number, hash)
VALUES (0, sha256(convert_to('hazir audit chain audit_schema', 'UTF8')));

-- A row comes without a number and is given one once, with its hash; nothing else ever happens to
-- it. The owner is bound too, and can only get round it by taking the trigger away.
CREATE FUNCTION audit_schema.keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.number IS NULL THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF OLD.number IS NULL AND NEW.number IS NOT NULL
            AND (NEW.id, NEW.at, NEW.actor, NEW.action, NEW.object, NEW.before::text,
                 NEW.after::text, NEW.reason, NEW.request_id)
            IS NOT DISTINCT FROM
                (OLD.id, OLD.at, OLD.actor, OLD.action, OLD.object, OLD.before::text,
                 OLD.after::text, OLD.reason, OLD.request_id)
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = 'the audit is only ever added to';
END
$$;
CREATE TRIGGER keep_audit BEFORE INSERT OR UPDATE OR DELETE ON audit_schema.audit
    FOR EACH ROW EXECUTE FUNCTION audit_schema.keep_audit();
CREATE TRIGGER keep_whole_audit BEFORE TRUNCATE ON audit_schema.audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_schema.keep_audit();

-- The service writes decisions, and neither their times nor their numbers.
REVOKE ALL ON audit_schema.audit, audit_schema.audit_head FROM hazir_audit_schema;
GRANT SELECT ON audit_schema.audit TO hazir_audit_schema;
GRANT INSERT (actor, action, object, before, after, reason, request_id)
    ON audit_schema.audit TO hazir_audit_schema;
-- The sequencer numbers them, and nothing else.
GRANT USAGE ON SCHEMA audit_schema TO hazir_sequencer;
GRANT SELECT, UPDATE (number, hash) ON audit_schema.audit, audit_schema.audit_head
    TO hazir_sequencer;
