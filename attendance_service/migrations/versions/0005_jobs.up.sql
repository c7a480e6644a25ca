-- Whether a face is compared before the answer to a punch, or afterwards.
ALTER TABLE attendance.policy ADD COLUMN face_check text NOT NULL DEFAULT 'at_once'
    CHECK (face_check IN ('at_once', 'later'));

-- A pending record's comparison. The row is written with the punch; only after that commit is the
-- job handed over, and as often as it takes: by its id it is one job.
CREATE TABLE attendance.verification (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    record_id    bigint NOT NULL UNIQUE REFERENCES attendance.record (id),
    employee_id  bigint NOT NULL,
    photo_id     uuid NOT NULL,
    state        text NOT NULL DEFAULT 'unsent' CHECK (state IN ('unsent', 'sent', 'settled')),
    attempts     integer NOT NULL DEFAULT 0,
    due_at       timestamptz NOT NULL DEFAULT now(),
    deadline     timestamptz NOT NULL,
    job_id       bigint,
    created_at   timestamptz NOT NULL DEFAULT now(),
    settled_at   timestamptz
);
CREATE INDEX verification_due ON attendance.verification (due_at) WHERE state = 'unsent';
CREATE INDEX verification_deadline ON attendance.verification (deadline) WHERE state <> 'settled';

-- Every result that came, once each by its message's id; one that came too late is evidence only.
CREATE TABLE attendance.verification_result (
    message_id       text PRIMARY KEY CHECK (length(message_id) BETWEEN 1 AND 128),
    verification_id  uuid NOT NULL REFERENCES attendance.verification (id),
    received_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    result           jsonb NOT NULL,
    effect           text NOT NULL CHECK (effect IN ('applied', 'late'))
);
CREATE INDEX verification_result_of ON attendance.verification_result
    (verification_id, received_at);

INSERT INTO attendance.verification (record_id, employee_id, photo_id, deadline)
SELECT record_id, employee_id, photo_id, deadline FROM attendance.face_check;
DROP TABLE attendance.face_check;

-- A record's evidence with what was said of a face that was compared later.
CREATE FUNCTION attendance.told(r attendance.record) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN r.outcome <> 'pending' THEN r.evidence
    ELSE coalesce(r.evidence, '{}') || coalesce((
        SELECT said.result FROM attendance.verification AS v
        JOIN attendance.verification_result AS said ON said.verification_id = v.id
        WHERE v.record_id = r.id ORDER BY said.received_at LIMIT 1
    ), '{}') END
$$;

GRANT SELECT, INSERT, UPDATE ON attendance.verification TO hazir_attendance;
GRANT SELECT, INSERT, UPDATE (effect) ON attendance.verification_result TO hazir_attendance;
