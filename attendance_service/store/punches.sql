-- :name punch
-- The four writes of live punches, each of another person, as one statement, which commits by
-- itself. $1 is an array of objects, $2 how many there are at most: a limit that the planner does
-- not know lets it expect ten, not a hundred, for which it would read the whole table of states. A
-- person's row is locked before an id is drawn, so that a person's ids are in commit order. What
-- may be held is the guard of the alternation, judged once more when the row was waited for: a move
-- that is not legal holds no row, and nothing is written for it. A repeated key violates the primary
-- key, and nothing at all is written.
WITH sent AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS sent (
        employee_id bigint, action text, at timestamptz, open_until timestamptz,
        claimed_at timestamptz, outcome text, place_id bigint, policy_version integer,
        site_id bigint, zone text, offset_minutes smallint, source text, evidence jsonb,
        photo_id uuid, subject_id bigint, key text, body_hash text)
    LIMIT $2::integer
), held AS (
    SELECT s.employee_id
    FROM attendance.punch_state AS s JOIN sent USING (employee_id)
    WHERE CASE sent.action
            WHEN 'in' THEN s.action = 'out' OR s.open_until < sent.at
            WHEN 'out' THEN s.action = 'in' AND s.open_until >= sent.at
            ELSE true
          END
    FOR UPDATE OF s
), moved AS (
    UPDATE attendance.punch_state AS s
    SET n = s.n + 1,
        action = CASE sent.action
            WHEN 'toggle' THEN
                CASE WHEN s.action = 'in' AND s.open_until >= sent.at THEN 'out' ELSE 'in' END
            ELSE sent.action
        END,
        last_at = greatest(sent.at, s.last_at + interval '1 microsecond'),
        open_until = sent.open_until
    FROM held JOIN sent USING (employee_id)
    WHERE s.employee_id = held.employee_id
    RETURNING s.employee_id, s.n, s.action, s.last_at
), made AS (
    INSERT INTO attendance.record
        (employee_id, n, action, at, claimed_at, outcome, status, place_id, policy_version,
         site_id, zone, offset_minutes, source, evidence, photo_id)
    SELECT moved.employee_id, moved.n, moved.action, moved.last_at, claimed_at, outcome, outcome,
           place_id, policy_version, site_id, zone, offset_minutes, source, evidence, photo_id
    FROM moved JOIN sent USING (employee_id)
    RETURNING id, employee_id, n, action, at, committed_at, status, place_id
), keyed AS (
    INSERT INTO attendance.idempotency (subject_id, route, key, body_hash, status, record_id)
    SELECT subject_id, 'punch', key, decode(body_hash, 'hex'), 201, made.id
    FROM made JOIN sent USING (employee_id)
), told AS (
    INSERT INTO attendance.event (kind, record_id, employee_id, action, at, status, place_id)
    SELECT 'made', id, employee_id, action, at, status, place_id FROM made
)
SELECT employee_id, id, n, action, at, committed_at FROM made

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
INSERT INTO attendance.verification (record_id, employee_id, photo_id, deadline)
VALUES (%(record_id)s, %(employee_id)s, %(photo_id)s::uuid, %(deadline)s)
