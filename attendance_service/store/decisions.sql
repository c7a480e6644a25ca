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
