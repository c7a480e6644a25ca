-- :name record
-- With what was said of a face that was compared later.
SELECT id, employee_id, n, action, at, committed_at, status, place_id, zone, claimed_at,
       policy_version, attendance.told(record) AS evidence, photo_id, source
FROM attendance.record WHERE id = %(id)s

-- :name first_answer
-- As it was when it was made: what the call that made it was answered.
SELECT id, employee_id, n, action, at, committed_at, outcome AS status, place_id, zone, claimed_at,
       policy_version, evidence, photo_id, source
FROM attendance.record WHERE id = %(id)s

-- :name person_day
-- The hot read: one person's accepted records between two instants, newest first.
SELECT id, employee_id, n, action, at, committed_at, status, place_id, zone, claimed_at,
       policy_version, evidence, photo_id, source
FROM attendance.record
WHERE employee_id = $1::bigint AND at >= $2::timestamptz AND at < $3::timestamptz
  AND status = 'accepted'
ORDER BY at DESC, id DESC
LIMIT $4::integer

-- :name of_person
SELECT id, employee_id, n, action, at, committed_at, status, place_id, zone, claimed_at,
       policy_version, evidence, photo_id, source
FROM attendance.record
WHERE employee_id = %(employee_id)s
  AND (%(start)s::timestamptz IS NULL OR at >= %(start)s)
  AND (%(end)s::timestamptz IS NULL OR at < %(end)s)
  AND (%(status)s::text IS NULL OR status = %(status)s)
  AND (%(before_at)s::timestamptz IS NULL OR (at, id) < (%(before_at)s, %(before_id)s))
ORDER BY at DESC, id DESC
LIMIT %(limit)s

-- :name of_people
SELECT id, employee_id, n, action, at, committed_at, status, place_id, zone, claimed_at,
       policy_version, evidence, photo_id, source
FROM attendance.record
WHERE (%(ids)s::bigint[] IS NULL OR employee_id = ANY(%(ids)s))
  AND (%(start)s::timestamptz IS NULL OR at >= %(start)s)
  AND (%(end)s::timestamptz IS NULL OR at < %(end)s)
  AND (%(status)s::text IS NULL OR status = %(status)s)
  AND (%(before_at)s::timestamptz IS NULL OR (at, id) < (%(before_at)s, %(before_id)s))
ORDER BY at DESC, id DESC
LIMIT %(limit)s

-- :name last_records
SELECT r.id, r.employee_id, r.n, r.action, r.at, r.committed_at, r.status, r.place_id, r.zone,
       r.claimed_at, r.policy_version, r.evidence, r.photo_id, r.source
FROM unnest(%(ids)s::bigint[]) AS person (id)
CROSS JOIN LATERAL (
    SELECT * FROM attendance.record
    WHERE employee_id = person.id AND status IN ('accepted', 'review', 'pending')
    ORDER BY at DESC, id DESC LIMIT 1
) AS r
