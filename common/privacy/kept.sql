-- Every statement here is for one schema, whose name is put for ``privacy_schema``.

-- :name look
INSERT INTO privacy_schema.look (employee_id, actor, what, object)
VALUES (%(employee_id)s, %(actor)s, %(what)s, %(object)s)

-- :name looks
-- The newest looks at one person's photos, with the names of those who looked.
SELECT l.id, l.at, l.actor, who.username AS actor_name, l.what, l.object
FROM privacy_schema.look AS l
LEFT JOIN org.people AS who ON who.employee_id = l.actor
WHERE l.employee_id = %(employee_id)s AND (%(before_id)s::bigint IS NULL OR l.id < %(before_id)s)
ORDER BY l.id DESC LIMIT %(limit)s

-- :name purge_looks
DELETE FROM privacy_schema.look WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM privacy_schema.look
    WHERE at < clock_timestamp() - %(days)s * interval '1 day' LIMIT %(at_once)s
))

-- :name destroyed
INSERT INTO privacy_schema.destroyed_key DEFAULT VALUES

-- :name waiting
-- Up to which destruction there is something to do, of which kind, and how long the oldest waits.
SELECT max(id) AS last, bool_and(rewritten) AS rewritten,
       coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)::float8 AS age
FROM privacy_schema.destroyed_key

-- :name rewrite
SELECT privacy_schema.rewrite_keys()

-- :name rewritten
UPDATE privacy_schema.destroyed_key SET rewritten = true WHERE id <= %(last)s

-- :name overwrite
SELECT privacy_schema.overwrite_log(%(first)s) AS left

-- :name over
DELETE FROM privacy_schema.destroyed_key WHERE id <= %(last)s
