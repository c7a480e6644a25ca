-- :name find_keys
SELECT key, body_hash, status, record_id
FROM attendance.idempotency
WHERE subject_id = %(subject_id)s AND route = 'batch' AND key = ANY(%(keys)s)

-- :name records
SELECT id, employee_id, n, action, at, committed_at, outcome AS status, place_id, zone, claimed_at,
       policy_version, evidence, photo_id, source
FROM attendance.record WHERE id = ANY(%(ids)s)

-- :name lock_states
SELECT employee_id, n, action, last_at, open_until
FROM attendance.punch_state WHERE employee_id = ANY(%(ids)s)
ORDER BY employee_id FOR UPDATE

-- :name ensure_states
INSERT INTO attendance.punch_state (employee_id)
SELECT unnest(%(ids)s::bigint[]) ON CONFLICT DO NOTHING

-- :name move_states
UPDATE attendance.punch_state AS s
SET n = new.n, action = new.action, last_at = new.last_at, open_until = new.open_until
FROM unnest(%(ids)s::bigint[], %(ns)s::bigint[], %(actions)s::text[],
            %(last)s::timestamptz[], %(until)s::timestamptz[])
     AS new (employee_id, n, action, last_at, open_until)
WHERE s.employee_id = new.employee_id

-- :name write
-- Records, keys and events of a whole batch; the order of the input is the order of the events.
WITH sent AS (
    SELECT * FROM unnest(
        %(ids)s::bigint[], %(ns)s::bigint[], %(actions)s::text[], %(ats)s::timestamptz[],
        %(claims)s::timestamptz[], %(outcomes)s::text[], %(places)s::bigint[],
        %(versions)s::integer[], %(sites)s::bigint[], %(zones)s::text[], %(offsets)s::smallint[],
        %(photos)s::uuid[], %(keys)s::text[], %(hashes)s::bytea[]
    ) WITH ORDINALITY AS t (employee_id, n, action, at, claimed_at, outcome, place_id,
        policy_version, site_id, zone, offset_minutes, photo_id, key, body_hash, line)
), made AS (
    INSERT INTO attendance.record
        (employee_id, n, action, at, claimed_at, outcome, status, place_id, policy_version,
         site_id, zone, offset_minutes, source, photo_id, clock_offset_ms)
    SELECT employee_id, n, action, at, claimed_at, outcome, outcome, place_id, policy_version,
           site_id, zone, offset_minutes, 'batch', photo_id, %(clock_offset_ms)s
    FROM sent ORDER BY line
    RETURNING id, employee_id, n, action, at, status, place_id, committed_at
), keyed AS (
    INSERT INTO attendance.idempotency (subject_id, route, key, body_hash, status, record_id)
    SELECT %(subject_id)s, 'batch', sent.key, sent.body_hash, 201, made.id
    FROM made JOIN sent USING (employee_id, n)
), told AS (
    INSERT INTO attendance.event (kind, record_id, employee_id, action, at, status, place_id)
    SELECT 'made', id, employee_id, action, at, status, place_id FROM made ORDER BY id
)
SELECT id, employee_id, n, committed_at FROM made
