-- :name by_name
-- A name that nobody has reads somebody all the same: how long it takes tells nothing.
SELECT v.*, p.password_hash, p.directory, p.subject, p.username_key = %(key)s AS named
FROM auth.person p JOIN org.people v USING (employee_id)
WHERE p.employee_id = coalesce(
    (SELECT employee_id FROM auth.person WHERE username_key = %(key)s),
    (SELECT employee_id FROM auth.service_secret LIMIT 1))

-- :name by_id
SELECT v.*, NULL AS password_hash, p.directory, p.subject
FROM auth.person p JOIN org.people v USING (employee_id)
WHERE p.employee_id = %(employee_id)s

-- :name made_at
SELECT created_at FROM auth.person WHERE employee_id = %(employee_id)s

-- :name hold
SELECT 1 AS held FROM auth.person WHERE employee_id = %(employee_id)s FOR UPDATE

-- :name add
INSERT INTO auth.person (username, username_key, full_name, school_number, external_code, site_id,
                         password_hash, directory, subject)
VALUES (%(username)s, %(username_key)s, %(full_name)s, %(school_number)s, %(external_code)s,
        %(site_id)s, %(password_hash)s, %(directory)s, %(subject)s)
RETURNING employee_id

-- :name add_roles
INSERT INTO auth.person_role (employee_id, role, granted_by)
SELECT %(employee_id)s, role, %(granted_by)s FROM unnest(%(roles)s::text[]) AS role
ON CONFLICT DO NOTHING

-- :name drop_roles
DELETE FROM auth.person_role WHERE employee_id = %(employee_id)s AND role <> ALL (%(roles)s::text[])

-- :name set_username
UPDATE auth.person SET username = %(value)s WHERE employee_id = %(employee_id)s

-- :name set_username_key
UPDATE auth.person SET username_key = %(value)s WHERE employee_id = %(employee_id)s

-- :name set_full_name
UPDATE auth.person SET full_name = %(value)s WHERE employee_id = %(employee_id)s

-- :name set_school_number
UPDATE auth.person SET school_number = %(value)s WHERE employee_id = %(employee_id)s

-- :name set_external_code
UPDATE auth.person SET external_code = %(value)s WHERE employee_id = %(employee_id)s

-- :name set_site_id
UPDATE auth.person SET site_id = %(value)s WHERE employee_id = %(employee_id)s

-- :name set_password_hash
UPDATE auth.person SET password_hash = %(value)s WHERE employee_id = %(employee_id)s

-- :name lock
UPDATE auth.person SET locked_at = CASE WHEN %(locked)s THEN now() END
WHERE employee_id = %(employee_id)s

-- :name page
SELECT p.*, NULL AS password_hash, q.directory, q.subject
FROM org.people p JOIN auth.person q USING (employee_id)
WHERE p.employee_id > %(after)s
  AND (%(teams)s::bigint[] IS NULL OR EXISTS (
        SELECT 1 FROM auth.team_member m
        WHERE m.employee_id = p.employee_id AND m.team_id = ANY (%(teams)s::bigint[])))
  AND (%(like)s = '' OR p.username ILIKE %(like)s OR p.full_name ILIKE %(like)s
       OR p.school_number ILIKE %(like)s)
  AND (%(role)s::text IS NULL OR EXISTS (
        SELECT 1 FROM auth.person_role r
        WHERE r.employee_id = p.employee_id AND r.role = %(role)s))
  AND (%(site_id)s::bigint IS NULL OR p.site_id = %(site_id)s)
  AND (%(only_locked)s::boolean IS NULL OR p.locked = %(only_locked)s)
  AND NOT EXISTS (
        SELECT 1 FROM auth.person_role r WHERE r.employee_id = p.employee_id AND r.role = 'service')
ORDER BY p.employee_id
LIMIT %(limit)s
