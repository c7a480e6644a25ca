-- :name consents
SELECT c.at, c.kind, c.version, c.language, c.sha256, c.actor, t.title, t.paragraphs
FROM face.consent AS c LEFT JOIN face.consent_text AS t USING (sha256)
WHERE c.employee_id = %(employee_id)s ORDER BY c.id

-- :name enrolled
-- All there is, also what must not be compared with any more.
SELECT t.id, t.engine, t.score, t.quality, t.created_at, t.embedding, s.wrapped_key
FROM face.template AS t JOIN face.subject AS s USING (employee_id)
WHERE t.employee_id = %(employee_id)s AND s.wrapped_key IS NOT NULL ORDER BY t.id

-- :name decisions
SELECT id, at, actor, action, before, after, reason
FROM face.audit WHERE object = 'person:' || %(employee_id)s AND id > %(after)s
ORDER BY id LIMIT %(limit)s

-- :name identified
-- Identifications that named the person; nobody else is named in these lines.
SELECT id, at, actor, action, before, after, reason
FROM face.audit
WHERE action = 'identify_face' AND (after ->> 'employee_id')::bigint = %(employee_id)s
  AND id > %(after)s ORDER BY id LIMIT %(limit)s

-- :name jobs
SELECT id, kind, state, attempts, created_at, updated_at, result, error FROM (
    SELECT * FROM face.job WHERE employee_id = %(employee_id)s AND id > %(after)s
    UNION ALL
    SELECT * FROM face.job WHERE id > %(after)s AND school_number = (
        SELECT school_number FROM org.people WHERE employee_id = %(employee_id)s)
) AS own ORDER BY id LIMIT %(limit)s

-- :name alarms
-- Whom the face resembles is somebody else's data, and so is what was noted about both.
SELECT id, similarity, site_id, seen_at, closed_at FROM face.alarm
WHERE (one = %(employee_id)s OR other = %(employee_id)s) AND id > %(after)s
ORDER BY id LIMIT %(limit)s

-- :name shown
SELECT id, seen_at, expires_at FROM face.seen
WHERE employee_id = %(employee_id)s AND id > %(after)s ORDER BY id LIMIT %(limit)s

-- :name leave
-- Of whom is something kept that is not in use any more? Noted once; the time begins then.
INSERT INTO face.leaving (employee_id)
SELECT s.employee_id
FROM face.subject AS s LEFT JOIN org.people AS p USING (employee_id)
WHERE s.consent_version IS NOT NULL
  AND (p.employee_id IS NULL OR p.locked OR NOT p.biometrics OR s.consent_version <> %(version)s)
ON CONFLICT DO NOTHING

-- :name come_back
DELETE FROM face.leaving AS l USING face.subject AS s
LEFT JOIN org.people AS p USING (employee_id)
WHERE s.employee_id = l.employee_id
  AND (s.consent_version IS NULL
       OR (p.employee_id IS NOT NULL AND NOT p.locked AND p.biometrics
           AND s.consent_version = %(version)s))

-- :name due
SELECT l.employee_id FROM face.leaving AS l JOIN face.subject AS s USING (employee_id)
WHERE l.since < clock_timestamp()
      - least(%(days)s, coalesce(s.retention_days, %(days)s)) * interval '1 day'
ORDER BY l.employee_id LIMIT %(at_once)s

-- :name still_due
-- Asked again under the person's lock: they may have come back, or agreed anew.
SELECT s.employee_id FROM face.subject AS s LEFT JOIN org.people AS p USING (employee_id)
WHERE s.employee_id = %(employee_id)s
  AND (p.employee_id IS NULL OR p.locked OR NOT p.biometrics OR s.consent_version <> %(version)s)
  AND EXISTS (SELECT FROM face.leaving AS l WHERE l.employee_id = s.employee_id)

-- :name left
DELETE FROM face.leaving WHERE employee_id = %(employee_id)s
