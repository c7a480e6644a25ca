-- :name lease
-- Take one check that is due, and let nobody else take it for a while.
UPDATE attendance.face_check
SET attempts = attempts + 1,
    due_at = now() + least(300, 5 * 2 ^ attempts) * interval '1 second'
WHERE record_id = (
    SELECT record_id FROM attendance.face_check
    WHERE due_at <= now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING record_id, employee_id, photo_id, attempts, deadline <= now() AS overdue, EXISTS (
    SELECT FROM attendance.record r JOIN attendance.policy p
        ON p.place_id = r.place_id AND p.version = r.policy_version
    WHERE r.id = record_id AND 'liveness' = ANY (p.evidence)
) AS liveness

-- :name done
DELETE FROM attendance.face_check WHERE record_id = %(record_id)s

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

-- :name purge_tickets
-- Whoever repeats a confirmation is answered by its idempotency key, not by the ticket.
DELETE FROM attendance.kiosk_ticket WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM attendance.kiosk_ticket
    WHERE expires_at < now() - interval '1 minute' LIMIT %(at_once)s
))

-- :name audit_purge
INSERT INTO attendance.audit (action, object, after, reason)
VALUES ('photos.purge', 'photos', jsonb_build_object('photos', %(photos)s::bigint), 'retention')
