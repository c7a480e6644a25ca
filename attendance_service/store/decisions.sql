-- :name lock_state
SELECT employee_id, n, action, last_at, open_until
FROM attendance.punch_state WHERE employee_id = %(employee_id)s FOR UPDATE

-- :name decide
-- Only a record that still waits can be decided, so a decision has its effect once.
WITH decided AS (
    UPDATE attendance.record SET status = %(status)s
    WHERE id = %(record_id)s AND status = 'pending'
    RETURNING id, employee_id, n, action, at, place_id
), told AS (
    INSERT INTO attendance.event (kind, record_id, employee_id, action, at, status, place_id)
    SELECT %(kind)s, id, employee_id, action, at, %(status)s, place_id FROM decided
)
SELECT n, action FROM decided

-- :name step_back
UPDATE attendance.punch_state SET action = %(action)s, open_until = %(open_until)s
WHERE employee_id = %(employee_id)s

-- :name audit
INSERT INTO attendance.audit (action, object, before, after, reason)
VALUES ('record.decide', 'record:' || %(record_id)s, '{"status": "pending"}',
        jsonb_build_object('status', %(status)s::text), %(reason)s)

-- :name purge_keys
DELETE FROM attendance.idempotency WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM attendance.idempotency
    WHERE created_at < now() - interval '72 hours' LIMIT %(at_once)s
))

-- :name purge_photos
DELETE FROM attendance.photo WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM attendance.photo WHERE expires_at < now() LIMIT %(at_once)s
))

-- :name purge_in_flight
DELETE FROM attendance.in_flight WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM attendance.in_flight
    WHERE until < now() - interval '1 hour' LIMIT %(at_once)s
))
