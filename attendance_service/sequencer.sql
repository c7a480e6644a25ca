-- :name number
-- Give the committed events that have no number yet the next ones, in the order of their ids: a
-- person's ids are in commit order, because the person's state row is locked before an id is
-- drawn. Only the leader runs this, on the connection that holds the lock. The events come back as
-- the feed tells them, so that who numbers them need not read them again.
WITH head AS MATERIALIZED (
    SELECT seq FROM attendance.feed_head FOR UPDATE
), waiting AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place
    FROM (
        SELECT id FROM attendance.event WHERE feed_seq IS NULL ORDER BY id LIMIT 2000
    ) AS unnumbered
), numbered AS (
    UPDATE attendance.event AS e SET feed_seq = (SELECT seq FROM head) + waiting.place
    FROM waiting WHERE e.id = waiting.id
    RETURNING e.feed_seq, e.event_id, e.kind, e.record_id, e.employee_id, e.action, e.at, e.status,
              e.place_id
), last AS (
    SELECT max(feed_seq) AS seq FROM numbered HAVING count(*) > 0
), moved AS (
    UPDATE attendance.feed_head SET seq = last.seq FROM last
)
SELECT feed_seq, event_id, kind, record_id, employee_id, action, at, status, place_id
FROM numbered, (SELECT pg_notify('hazir_feed', seq::text) FROM last) AS told
ORDER BY feed_seq
