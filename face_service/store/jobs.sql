-- :name add
INSERT INTO face.job (kind, submitted_by, verification_id, body_hash, employee_id, school_number,
                      webhook_url)
VALUES (%(kind)s, %(submitted_by)s, %(verification_id)s, %(body_hash)s, %(employee_id)s,
        %(school_number)s, %(webhook_url)s)
ON CONFLICT (submitted_by, verification_id) DO NOTHING
RETURNING id

-- :name hold_subject
-- Whoever ends this person's consent waits for the job that is being kept, or has done so before.
SELECT employee_id FROM face.subject WHERE employee_id = coalesce(%(employee_id)s::bigint,
    (SELECT employee_id FROM org.people WHERE school_number = %(school_number)s)) FOR SHARE

-- :name same
SELECT id, body_hash FROM face.job
WHERE submitted_by = %(submitted_by)s AND verification_id = %(verification_id)s

-- :name set_key
UPDATE face.job SET wrapped_key = %(wrapped_key)s WHERE id = %(id)s

-- :name add_picture
INSERT INTO face.job_picture (job_id, name, position, sealed)
VALUES (%(job_id)s, %(name)s, %(position)s, %(sealed)s)

-- :name queue
SELECT face.queue(%(task)s, %(about)s, %(seconds)s)

-- :name get
SELECT id, kind, state, attempts, submitted_by, verification_id, employee_id, created_at,
       updated_at, result, error
FROM face.job WHERE id = %(id)s

-- :name page
SELECT id, kind, state, attempts, submitted_by, verification_id, employee_id, created_at,
       updated_at, result, error
FROM face.job
WHERE (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(after)s::bigint IS NULL OR id < %(after)s)
ORDER BY id DESC LIMIT %(limit)s

-- :name undelivered
SELECT id, kind, state, attempts, submitted_by, verification_id, employee_id, created_at,
       updated_at, result, error
FROM face.job j
WHERE EXISTS (SELECT FROM face.delivery d WHERE d.job_id = j.id AND d.state = 'dead')
  AND (%(after)s::bigint IS NULL OR id < %(after)s)
ORDER BY id DESC LIMIT %(limit)s

-- :name deliveries
SELECT job_id, message_id, state, attempts, last_status, error, created_at, updated_at
FROM face.delivery WHERE job_id = ANY(%(ids)s) ORDER BY id

-- :name lock
SELECT state, wrapped_key IS NOT NULL AS whole, attempts FROM face.job WHERE id = %(id)s FOR UPDATE

-- :name again
UPDATE face.job
SET state = 'queued', attempts = 0, error = NULL, updated_at = clock_timestamp()
WHERE id = %(id)s

-- :name deliver_again
UPDATE face.delivery SET state = 'waiting', attempts = 0, updated_at = clock_timestamp()
WHERE job_id = %(id)s AND state = 'dead' RETURNING id

-- :name begin
UPDATE face.job
SET state = 'running', attempts = attempts + 1, turn = turn + 1,
    lease_until = now() + %(seconds)s * interval '1 second', updated_at = clock_timestamp()
WHERE id = %(id)s AND state = 'queued'
RETURNING id, turn, attempts

-- :name work
SELECT kind, submitted_by, employee_id, school_number, wrapped_key FROM face.job
WHERE id = %(id)s AND turn = %(turn)s AND state = 'running' AND wrapped_key IS NOT NULL

-- :name pictures
SELECT name, sealed FROM face.job_picture WHERE job_id = %(id)s ORDER BY name, position

-- :name settle
UPDATE face.job
SET state = %(state)s, result = %(result)s::jsonb, error = %(error)s, lease_until = NULL,
    wrapped_key = CASE WHEN %(state)s = 'dead' THEN wrapped_key END,
    updated_at = clock_timestamp()
WHERE id = %(id)s AND turn = %(turn)s AND state = 'running'
RETURNING verification_id, webhook_url

-- :name forget_pictures
DELETE FROM face.job_picture WHERE job_id = %(id)s

-- :name tell
INSERT INTO face.delivery (job_id, url, body) VALUES (%(job_id)s, %(url)s, %(body)s) RETURNING id

-- :name postpone
UPDATE face.job
SET state = 'queued', lease_until = NULL, error = %(error)s, updated_at = clock_timestamp(),
    attempts = attempts - CASE WHEN %(counted)s THEN 0 ELSE 1 END
WHERE id = %(id)s AND turn = %(turn)s AND state = 'running'
RETURNING id

-- :name overdue
SELECT id, turn, attempts FROM face.job
WHERE state = 'running' AND lease_until < now() ORDER BY lease_until LIMIT 100

-- :name purge_pictures
-- The pictures of the dead, once nobody can be expected to have them tried again; some at a time, as
-- a statement that takes too long would be cancelled every time.
WITH old AS (
    UPDATE face.job SET wrapped_key = NULL
    WHERE id = ANY (ARRAY(
        SELECT id FROM face.job
        WHERE wrapped_key IS NOT NULL AND state = 'dead'
          AND updated_at < now() - %(days)s * interval '1 day'
        LIMIT %(at_once)s FOR UPDATE SKIP LOCKED
    ))
    RETURNING id
)
DELETE FROM face.job_picture WHERE job_id IN (SELECT id FROM old)

-- :name purge_jobs
DELETE FROM face.job WHERE id = ANY (ARRAY(
    SELECT j.id FROM face.job j
    WHERE j.state IN ('done', 'failed', 'dead')
      AND j.updated_at < now() - %(days)s * interval '1 day'
      AND NOT EXISTS (SELECT FROM face.delivery d
                      WHERE d.job_id = j.id AND d.state IN ('waiting', 'sending'))
    LIMIT %(at_once)s
))

-- :name erase_of
-- The pictures of one person, wherever their job stands; it ends as failed. The older call knows
-- people by their school number.
WITH ended AS (
    UPDATE face.job
    SET wrapped_key = NULL, lease_until = NULL, updated_at = clock_timestamp(), turn = turn + 1,
        error = CASE WHEN state IN ('queued', 'running', 'dead') THEN 'erased' ELSE error END,
        state = CASE WHEN state IN ('queued', 'running', 'dead') THEN 'failed' ELSE state END
    WHERE wrapped_key IS NOT NULL AND (employee_id = %(employee_id)s OR school_number = (
        SELECT school_number FROM org.people WHERE employee_id = %(employee_id)s))
    RETURNING id, verification_id, webhook_url
), gone AS (
    DELETE FROM face.job_picture WHERE job_id IN (SELECT id FROM ended)
)
SELECT id, verification_id, webhook_url FROM ended

-- :name forget_done
-- What came of this person's jobs before, once it was told.
DELETE FROM face.job AS j
WHERE state IN ('done', 'failed', 'dead') AND wrapped_key IS NULL
  AND (employee_id = %(employee_id)s OR school_number = (
      SELECT school_number FROM org.people WHERE employee_id = %(employee_id)s))
  AND NOT EXISTS (SELECT FROM face.delivery d
                  WHERE d.job_id = j.id AND d.state IN ('waiting', 'sending'))

-- :name counts
SELECT state, count(*) AS number FROM face.job WHERE state <> 'done' GROUP BY state

-- :name delivery_counts
SELECT state, count(*) AS number FROM face.delivery WHERE state <> 'delivered' GROUP BY state

-- :name workers
SELECT EXISTS (
    SELECT FROM face.procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'
) AS there
