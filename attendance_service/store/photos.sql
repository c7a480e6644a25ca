-- :name key
-- Held until the photo is stored: whoever destroys the key waits, or has done so before.
SELECT wrapped FROM attendance.subject_key WHERE employee_id = %(employee_id)s FOR KEY SHARE

-- :name keep_key
INSERT INTO attendance.subject_key (employee_id, wrapped)
VALUES (%(employee_id)s, %(wrapped)s) ON CONFLICT DO NOTHING

-- :name keep
INSERT INTO attendance.photo (id, employee_id, ciphertext, expires_at)
VALUES (%(id)s::uuid, %(employee_id)s, %(ciphertext)s, now() + %(days)s * interval '1 day')

-- :name photo
SELECT p.employee_id, p.ciphertext, k.wrapped
FROM attendance.photo p JOIN attendance.subject_key k USING (employee_id)
WHERE p.id = %(id)s::uuid AND p.expires_at > now()
