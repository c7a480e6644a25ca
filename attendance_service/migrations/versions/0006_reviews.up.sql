-- What a person made of a doubtful record. It stands until the same person takes it back.
CREATE TABLE attendance.decision (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    record_id      bigint NOT NULL REFERENCES attendance.record (id),
    employee_id    bigint NOT NULL,
    decided_by     bigint NOT NULL,
    verdict        text NOT NULL CHECK (verdict IN ('accept', 'refuse')),
    status_before  text NOT NULL CHECK (status_before IN ('review', 'pending')),
    reason         text CHECK (length(reason) BETWEEN 1 AND 500),
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    undone_at      timestamptz,
    CONSTRAINT not_ones_own CHECK (decided_by <> employee_id)
);
CREATE UNIQUE INDEX decision_standing ON attendance.decision (record_id) WHERE undone_at IS NULL;
CREATE INDEX decision_person ON attendance.decision (employee_id, id);
CREATE INDEX record_waiting ON attendance.record (id) WHERE status IN ('review', 'pending');

-- A person's decision is final: whatever else would change the record's status afterwards, such as
-- the late answer of a face check, changes nothing.
CREATE FUNCTION attendance.keep_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM attendance.decision WHERE record_id = NEW.id AND undone_at IS NULL
    ) THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_decided BEFORE UPDATE OF status ON attendance.record
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION attendance.keep_decided();

-- What becomes of those whose face cannot be asked for: they have not consented, have enrolled
-- nothing, or their site uses no faces.
ALTER TABLE attendance.policy ADD COLUMN without_face text NOT NULL DEFAULT 'refuse'
    CHECK (without_face IN ('refuse', 'review'));

-- For export and erasure.
CREATE INDEX record_photo ON attendance.record (employee_id, id) WHERE photo_id IS NOT NULL;

GRANT SELECT, INSERT ON attendance.decision TO hazir_attendance;
GRANT UPDATE (undone_at) ON attendance.decision TO hazir_attendance;
-- Whoever encrypts with a key holds its row, so that it is not destroyed meanwhile.
GRANT UPDATE (created_at) ON attendance.subject_key TO hazir_attendance;
