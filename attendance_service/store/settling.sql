-- :name lock_state
SELECT employee_id, n, action, last_at, open_until
FROM attendance.punch_state WHERE employee_id = %(employee_id)s FOR UPDATE

-- :name settle
-- Only a record that is still as it was thought to be changes, so a decision has its effect once; and
-- one that a person has decided does not change at all (trigger keep_decided).
WITH before AS (
    SELECT id, status FROM attendance.record WHERE id = %(record_id)s
), settled AS (
    UPDATE attendance.record AS r SET status = %(status)s
    FROM before WHERE r.id = before.id AND r.status = ANY(%(among)s)
    RETURNING r.id, r.employee_id, r.n, r.action, r.at, r.place_id, before.status AS status_before
), told AS (
    INSERT INTO attendance.event (kind, record_id, employee_id, action, at, status, place_id)
    SELECT %(kind)s, id, employee_id, action, at, %(status)s, place_id FROM settled
)
SELECT id, n, action, at, status_before FROM settled

-- :name move_state
UPDATE attendance.punch_state SET action = %(action)s, open_until = %(open_until)s
WHERE employee_id = %(employee_id)s
