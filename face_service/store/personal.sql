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
FROM face.audit WHERE object = %(object)s AND id > %(after)s ORDER BY id LIMIT %(limit)s

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
