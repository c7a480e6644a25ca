-- :name number
-- Give the committed events that have no number yet the next ones, in the order of their ids: a
-- person's ids are in commit order, because the person's state row is locked before an id is
-- drawn. Only the leader runs this, on the connection that holds the lock.
WITH head AS (
    SELECT seq FROM attendance.feed_head FOR UPDATE
), waiting AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place
    FROM (
        SELECT id FROM attendance.event WHERE feed_seq IS NULL ORDER BY id LIMIT $1::integer
    ) AS unnumbered
), numbered AS (
    UPDATE attendance.event AS e SET feed_seq = head.seq + waiting.place
    FROM waiting, head WHERE e.id = waiting.id
    RETURNING e.feed_seq
), total AS (
    SELECT count(*) AS events, max(feed_seq) AS last FROM numbered
), moved AS (
    UPDATE attendance.feed_head SET seq = total.last FROM total WHERE total.events > 0
)
SELECT total.events,
       CASE WHEN total.events > 0 THEN pg_notify('hazir_feed', total.last::text) END AS told
FROM total
