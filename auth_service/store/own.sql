-- :name proof
SELECT employee_id, username, username_key, directory, password_hash
FROM auth.person WHERE employee_id = %(employee_id)s

-- :name session
SELECT sid, device, address, created_at, used_at, expires_at FROM auth.session
WHERE sid = %(sid)s AND employee_id = %(employee_id)s AND revoked_at IS NULL

-- :name sessions
SELECT sid, device, address, created_at, used_at, expires_at FROM auth.session
WHERE employee_id = %(employee_id)s AND revoked_at IS NULL AND expires_at > %(now)s
  AND (%(at)s::timestamptz IS NULL OR (created_at, sid) < (%(at)s, %(sid)s))
ORDER BY created_at DESC, sid DESC
LIMIT %(limit)s

-- :name revoke
UPDATE auth.session SET revoked_at = now()
WHERE sid = %(sid)s AND employee_id = %(employee_id)s AND revoked_at IS NULL
RETURNING sid

-- :name replace_password
UPDATE auth.person SET password_hash = %(new)s
WHERE employee_id = %(employee_id)s AND password_hash IS NOT DISTINCT FROM %(old)s
RETURNING employee_id

-- :name set_link
INSERT INTO auth.reset_link (employee_id, token_hash, created_by, expires_at)
VALUES (%(employee_id)s, %(fingerprint)s, %(made_by)s, %(expires_at)s)
ON CONFLICT (employee_id) DO UPDATE
SET token_hash = EXCLUDED.token_hash, created_by = EXCLUDED.created_by, created_at = now(),
    expires_at = EXCLUDED.expires_at

-- :name link
SELECT employee_id, expires_at FROM auth.reset_link_in_force
WHERE token_hash = %(fingerprint)s AND expires_at > %(now)s

-- :name use_link
DELETE FROM auth.reset_link
WHERE token_hash = %(fingerprint)s AND expires_at > %(now)s
  AND employee_id IN (SELECT employee_id FROM auth.reset_link_in_force)
RETURNING employee_id

-- :name drop_link
DELETE FROM auth.reset_link WHERE employee_id = %(employee_id)s

-- :name guard
-- "HAZA": the lock that all changes of rights share.
SELECT pg_advisory_xact_lock(1212242497)

-- :name another_admin
SELECT 1 AS one FROM auth.person_role r JOIN auth.person p USING (employee_id)
WHERE r.role = 'admin' AND p.locked_at IS NULL AND p.employee_id <> %(employee_id)s
LIMIT 1

-- :name holders
SELECT role, count(*) AS people FROM auth.person_role GROUP BY role
