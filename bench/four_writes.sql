-- What a check-in writes, as lean as one race-safe statement can be: state, record, key and event,
-- with constants where the product has values. pgbench runs it as the limit.
WITH moved AS (
    UPDATE attendance.punch_state AS s
    SET n = s.n + 1,
        action = CASE WHEN s.action = 'in' AND s.open_until >= now() THEN 'out' ELSE 'in' END,
        last_at = greatest(now(), s.last_at + interval '1 microsecond'),
        open_until = now() + interval '16 hours'
    WHERE s.employee_id = :person
    RETURNING s.employee_id, s.n, s.action, s.last_at
), made AS (
    INSERT INTO attendance.record
        (employee_id, n, action, at, outcome, status, policy_version, site_id, zone,
         offset_minutes, source)
    SELECT employee_id, n, action, last_at, 'accepted', 'accepted', 0, 1, 'Europe/Istanbul', 180,
           'rest'
    FROM moved
    RETURNING id, employee_id, n, action, at, committed_at
), keyed AS (
    INSERT INTO attendance.idempotency (subject_id, route, key, body_hash, status, record_id)
    SELECT employee_id, 'punch', gen_random_uuid()::text, sha256('x'), 201, id FROM made
), told AS (
    INSERT INTO attendance.event (kind, record_id, employee_id, action, at, status)
    SELECT 'made', id, employee_id, action, at, 'accepted' FROM made
)
SELECT id, n, action, at, committed_at FROM made;
