REVOKE UPDATE (created_at) ON attendance.subject_key FROM hazir_attendance;
DROP INDEX attendance.record_photo, attendance.record_waiting;
ALTER TABLE attendance.policy DROP COLUMN without_face;
DROP TRIGGER keep_decided ON attendance.record;
DROP FUNCTION attendance.keep_decided();
DROP TABLE attendance.decision;
