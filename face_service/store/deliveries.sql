-- :name begin
UPDATE face.delivery
SET state = 'sending', attempts = attempts + 1, turn = turn + 1,
    lease_until = now() + %(seconds)s * interval '1 second', updated_at = clock_timestamp()
WHERE id = %(id)s AND state = 'waiting'
RETURNING message_id, url, body, turn, attempts

-- :name delivered
UPDATE face.delivery
SET state = 'delivered', lease_until = NULL, last_status = %(status)s, error = NULL,
    updated_at = clock_timestamp()
WHERE id = %(id)s AND turn = %(turn)s AND state = 'sending'

-- :name postpone
UPDATE face.delivery
SET state = %(state)s, lease_until = NULL, last_status = coalesce(%(status)s, last_status),
    error = %(error)s, updated_at = clock_timestamp()
WHERE id = %(id)s AND turn = %(turn)s AND state = 'sending'

-- :name queue
SELECT face.queue('deliver', %(about)s, %(seconds)s)

-- :name overdue
SELECT id, turn, attempts FROM face.delivery
WHERE state = 'sending' AND lease_until < now() ORDER BY lease_until LIMIT 100
