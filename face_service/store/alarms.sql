-- :name raise
-- Looked at and closed, a pair is left alone until one of the two is enrolled anew.
INSERT INTO face.alarm (one, other, similarity, site_id)
SELECT %(one)s, %(other)s, %(similarity)s, %(site_id)s
WHERE NOT EXISTS (
    SELECT 1 FROM face.alarm
    WHERE one = %(one)s AND other = %(other)s AND closed_at > (
        SELECT max(created_at) FROM face.template WHERE employee_id IN (%(one)s, %(other)s)))
ON CONFLICT (one, other) WHERE closed_at IS NULL DO NOTHING
RETURNING id

-- :name page
SELECT id, one, other, similarity, site_id, seen_at, closed_at, closed_by, note FROM face.alarm
WHERE (%(open)s::boolean IS NULL OR (closed_at IS NULL) = %(open)s)
  AND (%(before)s::bigint IS NULL OR id < %(before)s)
ORDER BY id DESC LIMIT %(limit)s

-- :name hold
SELECT id, one, other, similarity, site_id, seen_at, closed_at, closed_by, note FROM face.alarm
WHERE id = %(id)s FOR UPDATE

-- :name close
UPDATE face.alarm SET closed_at = clock_timestamp(), closed_by = %(actor)s, note = %(note)s
WHERE id = %(id)s
RETURNING id, one, other, similarity, site_id, seen_at, closed_at, closed_by, note

-- :name forget
DELETE FROM face.alarm WHERE one = %(employee_id)s OR other = %(employee_id)s
