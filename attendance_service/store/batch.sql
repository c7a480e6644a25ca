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

-- :name write_batch
-- Records, keys and events of a whole batch; the order of the input is the order of the events. It
-- comes as one JSON document: arrays of hundreds of constants cost more to write and parse than the
-- rows cost to insert. The answer is one row of arrays, for the same reason.
WITH sent AS (
    SELECT * FROM ROWS FROM (
        json_to_recordset($1::json) AS (
            employee_id bigint, n bigint, action text, at timestamptz, claimed_at timestamptz,
            outcome text, place_id bigint, policy_version integer, site_id bigint, zone text,
            offset_minutes smallint, photo_id uuid, key text, body_hash bytea)
    ) WITH ORDINALITY AS t (employee_id, n, action, at, claimed_at, outcome, place_id,
        policy_version, site_id, zone, offset_minutes, photo_id, key, body_hash, line)
), made AS (
    INSERT INTO attendance.record
        (employee_id, n, action, at, claimed_at, outcome, status, place_id, policy_version,
         site_id, zone, offset_minutes, source, photo_id, clock_offset_ms)
    SELECT employee_id, n, action, at, claimed_at, outcome, outcome, place_id, policy_version,
           site_id, zone, offset_minutes, 'batch', photo_id, $3::bigint
    FROM sent ORDER BY line
    RETURNING id, employee_id, n, action, at, status, place_id, committed_at
), keyed AS (
    INSERT INTO attendance.idempotency (subject_id, route, key, body_hash, status, record_id)
    SELECT $2::bigint, 'batch', sent.key, sent.body_hash, 201, made.id
    FROM made JOIN sent USING (employee_id, n)
), told AS (
    INSERT INTO attendance.event (kind, record_id, employee_id, action, at, status, place_id)
    SELECT 'made', id, employee_id, action, at, status, place_id FROM made ORDER BY id
)
SELECT array_agg(id) AS ids, array_agg(employee_id) AS employee_ids, array_agg(n) AS ns,
       array_agg(committed_at) AS committed_ats
FROM made
