DROP FUNCTION attendance.told(attendance.record);
CREATE TABLE attendance.face_check (
    record_id    bigint PRIMARY KEY REFERENCES attendance.record (id),
    employee_id  bigint NOT NULL,
    photo_id     uuid NOT NULL,
    attempts     integer NOT NULL DEFAULT 0,
    due_at       timestamptz NOT NULL DEFAULT now(),
    deadline     timestamptz NOT NULL
);
CREATE INDEX face_check_due ON attendance.face_check (due_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON attendance.face_check TO hazir_attendance;
INSERT INTO attendance.face_check (record_id, employee_id, photo_id, deadline)
SELECT record_id, employee_id, photo_id, deadline FROM attendance.verification
WHERE state <> 'settled';
DROP TABLE attendance.verification_result, attendance.verification;
ALTER TABLE attendance.policy DROP COLUMN face_check;
