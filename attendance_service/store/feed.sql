-- :name head
SELECT epoch::text AS epoch, seq, min_seq FROM attendance.feed_head

-- :name after
SELECT feed_seq, event_id, kind, record_id, employee_id, action, at, status, place_id
FROM attendance.event
WHERE feed_seq > $1::bigint ORDER BY feed_seq LIMIT $2::integer
