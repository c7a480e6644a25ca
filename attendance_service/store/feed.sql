-- :name head
SELECT epoch::text AS epoch, seq, min_seq FROM attendance.feed_head

-- :name after
-- The time comes as text, for it is only ever told: as a value it is parsed and formatted again.
SELECT feed_seq, event_id, kind, record_id, employee_id, action,
       to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, status, place_id
FROM attendance.event
WHERE feed_seq > $1::bigint ORDER BY feed_seq LIMIT $2::integer

-- :name waiting
SELECT id FROM attendance.event WHERE feed_seq IS NULL ORDER BY id LIMIT 1
