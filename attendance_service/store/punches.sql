-- :name punch
-- The four writes of a live punch as one statement, which commits by itself. The update is the
-- person's lock and the guard of the alternation: when the move is not legal it finds no row, and
-- nothing is written. A repeated key violates the primary key, and nothing is written either.
WITH moved AS (
    UPDATE attendance.punch_state AS s
    SET n = s.n + 1,
        action = CASE $2
            WHEN 'toggle' THEN
                CASE WHEN s.action = 'in' AND s.open_until >= $3 THEN 'out' ELSE 'in' END
            ELSE $2
        END,
        last_at = greatest($3::timestamptz, s.last_at + interval '1 microsecond'),
        open_until = $4::timestamptz
    WHERE s.employee_id = $1::bigint
      AND CASE $2::text
            WHEN 'in' THEN s.action = 'out' OR s.open_until < $3
            WHEN 'out' THEN s.action = 'in' AND s.open_until >= $3
            ELSE true
          END
    RETURNING s.employee_id, s.n, s.action, s.last_at
), made AS (
    INSERT INTO attendance.record
        (employee_id, n, action, at, claimed_at, outcome, status, place_id, policy_version,
         site_id, zone, offset_minutes, source, evidence, photo_id)
    SELECT employee_id, n, action, last_at, $5::timestamptz, $6::text, $6::text, $7::bigint,
           $8::integer, $9::bigint, $10::text, $11::smallint, $12::text, $13::jsonb, $14::uuid
    FROM moved
    RETURNING id, employee_id, n, action, at, committed_at
), keyed AS (
    INSERT INTO attendance.idempotency (subject_id, route, key, body_hash, status, record_id)
    SELECT $15::bigint, 'punch', $16::text, $17::bytea, 201, id FROM made
), told AS (
    INSERT INTO attendance.event (kind, record_id, employee_id, action, at, status, place_id)
    SELECT 'made', id, employee_id, action, at, $6::text, $7::bigint FROM made
)
SELECT id, n, action, at, committed_at FROM made

-- :name refuse_by_evidence
-- A punch that its evidence refuses is kept and told, and moves no state.
WITH made AS (
    INSERT INTO attendance.record
        (employee_id, n, action, at, claimed_at, outcome, status, place_id, policy_version,
         site_id, zone, offset_minutes, source, evidence, photo_id)
    VALUES (%(employee_id)s, NULL, %(action)s, %(at)s, %(claimed_at)s, 'refused', 'refused',
            %(place_id)s, %(policy_version)s, %(site_id)s, %(zone)s, %(offset_minutes)s,
            %(source)s, %(evidence)s::jsonb, %(photo_id)s::uuid)
    RETURNING id, employee_id, action, at, committed_at, place_id
), keyed AS (
    INSERT INTO attendance.idempotency
        (subject_id, route, key, body_hash, status, record_id, refusal)
    SELECT %(subject_id)s, 'punch', %(key)s, %(body_hash)s, 403, id, %(refusal)s::jsonb FROM made
), told AS (
    INSERT INTO attendance.event (kind, record_id, employee_id, action, at, status, place_id)
    SELECT 'made', id, employee_id, action, at, 'refused', place_id FROM made
)
SELECT id, NULL::bigint AS n, action, at, committed_at FROM made

-- :name keep_refusal
INSERT INTO attendance.idempotency (subject_id, route, key, body_hash, status, refusal)
VALUES (%(subject_id)s, 'punch', %(key)s, %(body_hash)s, %(status)s, %(refusal)s)
ON CONFLICT DO NOTHING

-- :name find_key
SELECT body_hash, status, record_id, refusal, clock_timestamp() - created_at AS age
FROM attendance.idempotency
WHERE subject_id = %(subject_id)s AND route = %(route)s AND key = %(key)s

-- :name ensure_state
INSERT INTO attendance.punch_state (employee_id) VALUES (%(employee_id)s) ON CONFLICT DO NOTHING

-- :name state
SELECT employee_id, n, action, last_at, open_until
FROM attendance.punch_state WHERE employee_id = %(employee_id)s

-- :name states
SELECT employee_id, n, action, last_at, open_until
FROM attendance.punch_state WHERE employee_id = ANY(%(ids)s)

-- :name claim
-- Mark a slow call as running; no row means that another one with the same key runs already.
INSERT INTO attendance.in_flight (subject_id, route, key, until)
VALUES (%(subject_id)s, 'punch', %(key)s, now() + interval '15 seconds')
ON CONFLICT (subject_id, route, key) DO UPDATE SET until = excluded.until
    WHERE in_flight.until < now()
RETURNING key

-- :name release
DELETE FROM attendance.in_flight
WHERE subject_id = %(subject_id)s AND route = 'punch' AND key = %(key)s

-- :name check_later
INSERT INTO attendance.face_check (record_id, employee_id, photo_id, deadline)
VALUES (%(record_id)s, %(employee_id)s, %(photo_id)s::uuid, %(deadline)s)
