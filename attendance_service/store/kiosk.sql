-- :name keep
INSERT INTO attendance.kiosk_ticket
    (ticket_hash, device_id, employee_id, place_id, action, evidence, photo, expires_at)
VALUES (%(ticket_hash)s, %(device_id)s, %(employee_id)s, %(place_id)s, %(action)s,
        %(evidence)s::jsonb, %(photo)s, %(expires_at)s)

-- :name find
SELECT employee_id, place_id, action, evidence, photo, used_key, expires_at <= %(now)s AS over
FROM attendance.kiosk_ticket
WHERE ticket_hash = %(ticket_hash)s AND device_id = %(device_id)s

-- :name take
UPDATE attendance.kiosk_ticket SET used_key = %(key)s
WHERE ticket_hash = %(ticket_hash)s AND device_id = %(device_id)s AND expires_at > %(now)s
  AND (used_key IS NULL OR used_key = %(key)s)
