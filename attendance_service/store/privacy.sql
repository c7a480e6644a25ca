-- :name lock_key
SELECT employee_id FROM attendance.subject_key WHERE employee_id = %(employee_id)s FOR UPDATE

-- :name erase_photos
DELETE FROM attendance.photo WHERE employee_id = %(employee_id)s

-- :name destroy_key
DELETE FROM attendance.subject_key WHERE employee_id = %(employee_id)s

-- :name waiting
SELECT count(*) AS records FROM attendance.record
WHERE employee_id = %(employee_id)s AND status IN ('review', 'pending') AND photo_id IS NOT NULL

-- :name idle_keys
-- Keys that encrypt nothing any more; those of a punch that is being stored are left alone.
SELECT employee_id FROM attendance.subject_key AS k
WHERE k.created_at < now() - interval '1 day'
  AND NOT EXISTS (SELECT FROM attendance.photo AS p WHERE p.employee_id = k.employee_id)
ORDER BY employee_id LIMIT %(at_once)s FOR UPDATE SKIP LOCKED

-- :name destroy_idle_keys
-- Asked again now that their rows are held: a photo may have been stored before that.
DELETE FROM attendance.subject_key AS k
WHERE k.employee_id = ANY(%(ids)s)
  AND NOT EXISTS (SELECT FROM attendance.photo AS p WHERE p.employee_id = k.employee_id)

-- :name photo_ids
SELECT id, photo_id FROM attendance.record
WHERE employee_id = %(employee_id)s AND photo_id IS NOT NULL AND id > %(after)s
ORDER BY id LIMIT %(limit)s

-- :name records
SELECT id, employee_id, n, action, at, committed_at, status, place_id, zone, claimed_at,
       policy_version, attendance.told(record) AS evidence, photo_id, source
FROM attendance.record
WHERE employee_id = %(employee_id)s AND id > %(after)s
ORDER BY id LIMIT %(limit)s

-- :name decisions
SELECT id, record_id, decided_by, verdict, reason, at, undone_at
FROM attendance.decision WHERE employee_id = %(employee_id)s AND id > %(after)s
ORDER BY id LIMIT %(limit)s

-- :name audit
INSERT INTO attendance.audit (actor, action, object, before, after, request_id)
VALUES (%(actor)s, %(action)s, %(object)s, NULL, %(after)s::jsonb, %(request_id)s)
