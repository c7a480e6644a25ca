-- :name head
SELECT seq FROM face.gallery_head

-- :name changes
SELECT seq, employee_id FROM face.gallery_change WHERE seq > %(after)s ORDER BY seq LIMIT 5000

-- :name templates
SELECT t.employee_id, t.embedding, s.wrapped_key
FROM face.template t JOIN face.subject s USING (employee_id)
WHERE t.employee_id = ANY (%(ids)s) AND t.engine = %(engine)s
  AND s.wrapped_key IS NOT NULL AND s.consent_version IS NOT NULL
ORDER BY t.employee_id, t.id

-- :name site
SELECT id, biometrics FROM org.sites WHERE id = %(id)s
