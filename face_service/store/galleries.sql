-- :name head
SELECT seq FROM face.gallery_head

-- :name changes
SELECT seq, employee_id FROM face.gallery_change WHERE seq > %(after)s ORDER BY seq LIMIT 5000

-- :name templates
-- Who has not agreed to the present text is recognised nowhere.
SELECT employee_id, embedding, wrapped_key FROM face.matchable
WHERE employee_id = ANY (%(ids)s) AND engine = %(engine)s AND consent_version = %(version)s
ORDER BY employee_id, id

-- :name site
SELECT id, biometrics FROM org.sites WHERE id = %(id)s
