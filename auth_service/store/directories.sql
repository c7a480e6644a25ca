-- :name hold_subject
SELECT pg_advisory_xact_lock(hashtextextended(%(directory)s || ':' || %(subject)s, 0))

-- :name by_subject
SELECT employee_id FROM auth.person WHERE directory = %(directory)s AND subject = %(subject)s

-- :name roles_held
SELECT role, from_directory FROM auth.person_role WHERE employee_id = %(employee_id)s

-- :name roles_given
SELECT employee_id, array_agg(role) AS roles FROM auth.person_role
WHERE from_directory GROUP BY employee_id

-- :name withdraw_roles
DELETE FROM auth.person_role
WHERE employee_id = %(employee_id)s AND from_directory AND role <> ALL (%(roles)s::text[])

-- :name give_roles
INSERT INTO auth.person_role (employee_id, role, from_directory)
SELECT %(employee_id)s, role, true FROM unnest(%(roles)s::text[]) AS role
ON CONFLICT DO NOTHING

-- :name drop_lessons
DELETE FROM auth.lesson WHERE employee_id = %(employee_id)s

-- :name add_lessons
INSERT INTO auth.lesson (employee_id, number, name, teacher, starts_at, ends_at)
SELECT %(employee_id)s, number, name, teacher, starts_at, ends_at
FROM unnest(%(names)s::text[], %(teachers)s::text[], %(starts)s::timestamptz[],
            %(ends)s::timestamptz[])
     WITH ORDINALITY AS lesson (name, teacher, starts_at, ends_at, number)

-- :name lessons
SELECT name, teacher, starts_at, ends_at FROM auth.lesson
WHERE employee_id = %(employee_id)s ORDER BY starts_at, number

-- :name spend_state
INSERT INTO auth.spent_state (state_hash, spent_at) VALUES (%(state_hash)s, %(now)s)
ON CONFLICT DO NOTHING
RETURNING state_hash

-- :name purge_states
DELETE FROM auth.spent_state WHERE spent_at < %(now)s - interval '1 day'
