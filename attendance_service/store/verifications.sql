-- :name due
-- Take one that has to be handed over, and let nobody else take it for a while.
UPDATE attendance.verification
SET attempts = attempts + 1,
    due_at = now() + least(60, 2 ^ least(attempts + 1, 6)) * interval '1 second'
WHERE id = (
    SELECT id FROM attendance.verification
    WHERE state = 'unsent' AND due_at <= now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, record_id, employee_id, photo_id

-- :name submitted
UPDATE attendance.verification SET state = 'sent', job_id = %(job_id)s
WHERE id = %(id)s AND state = 'unsent'

-- :name overdue
SELECT id FROM attendance.verification
WHERE state <> 'settled' AND deadline <= now() ORDER BY deadline LIMIT 1

-- :name lock
SELECT id, record_id, employee_id, state, EXISTS (
    SELECT FROM attendance.record r JOIN attendance.policy p
        ON p.place_id = r.place_id AND p.version = r.policy_version
    WHERE r.id = record_id AND 'liveness' = ANY (p.evidence)
) AS liveness
FROM attendance.verification WHERE id = %(id)s FOR UPDATE

-- :name settled
UPDATE attendance.verification SET state = 'settled', settled_at = clock_timestamp()
WHERE id = %(id)s AND state <> 'settled'

-- :name keep_result
INSERT INTO attendance.verification_result (message_id, verification_id, result, effect)
VALUES (%(message_id)s, %(verification_id)s, %(result)s::jsonb, %(effect)s)
ON CONFLICT DO NOTHING RETURNING message_id

-- :name effect
UPDATE attendance.verification_result SET effect = %(effect)s WHERE message_id = %(message_id)s
