-- :name forget_challenges
DELETE FROM face.challenge WHERE employee_id = %(employee_id)s AND expires_at < now();

-- :name keep_challenge
INSERT INTO face.challenge (digest, employee_id, movement, expires_at)
VALUES (%(digest)s, %(employee_id)s, %(movement)s, now() + %(seconds)s * interval '1 second')
RETURNING expires_at;

-- :name use_challenge
-- Good once; a service that asks about the same thing again may show it again.
UPDATE face.challenge SET used_at = coalesce(used_at, now()), occasion = %(occasion)s
WHERE digest = %(digest)s AND employee_id = ANY (%(owners)s) AND expires_at > now()
    AND (used_at IS NULL OR occasion = %(occasion)s)
RETURNING movement;

-- :name one_at_a_time
SELECT pg_advisory_xact_lock(hashtextextended('face.seen', %(employee_id)s));

-- :name seen
-- The same pictures however old they are, and the newest others to be compared band by band.
WITH earlier AS (
    SELECT digest, bands, expires_at, occasion, seen_at FROM face.seen
    WHERE employee_id = %(employee_id)s AND digest = ANY (%(digests)s)
    UNION ALL
    (SELECT digest, bands, expires_at, occasion, seen_at FROM face.seen
     WHERE employee_id = %(employee_id)s ORDER BY id DESC LIMIT %(most)s)
)
SELECT digest, bands FROM earlier
WHERE expires_at > now()
    AND NOT coalesce(occasion = %(occasion)s AND seen_at > now() - %(same)s, false);

-- :name remember
INSERT INTO face.seen (employee_id, digest, bands, occasion, expires_at)
VALUES (%(employee_id)s, %(digest)s, %(bands)s, %(occasion)s,
        now() + %(days)s * interval '1 day');

-- :name purge_seen
DELETE FROM face.seen WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM face.seen WHERE expires_at < now()
    LIMIT %(at_once)s FOR UPDATE SKIP LOCKED
));

-- :name purge_challenges
DELETE FROM face.challenge WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM face.challenge WHERE expires_at < now()
    LIMIT %(at_once)s FOR UPDATE SKIP LOCKED
));

-- :name forget_seen
DELETE FROM face.seen WHERE employee_id = %(employee_id)s;

-- :name forget_asked
DELETE FROM face.challenge WHERE employee_id = %(employee_id)s;
