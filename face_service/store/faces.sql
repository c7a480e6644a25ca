-- :name lock_subject
SELECT consent_version, consent_given_at, consent_language, consent_sha256, wrapped_key
FROM face.subject
WHERE employee_id = %(employee_id)s FOR UPDATE;

-- :name set_key
UPDATE face.subject SET wrapped_key = %(wrapped_key)s WHERE employee_id = %(employee_id)s;

-- :name add
INSERT INTO face.template (employee_id, engine, embedding, photo, score, quality)
VALUES (%(employee_id)s, %(engine)s, %(embedding)s, %(photo)s, %(score)s, %(quality)s)
RETURNING id, engine, score, quality, created_at;

-- :name list
SELECT id, engine, score, quality, created_at FROM face.template
WHERE employee_id = %(employee_id)s ORDER BY id;

-- :name embeddings
SELECT id, engine, embedding, wrapped_key, consent_version
FROM face.matchable WHERE employee_id = %(employee_id)s ORDER BY id;

-- :name photo
SELECT t.photo, s.wrapped_key
FROM face.template t JOIN face.subject s USING (employee_id)
WHERE t.employee_id = %(employee_id)s AND t.id = %(id)s AND s.wrapped_key IS NOT NULL;

-- :name renew
UPDATE face.template SET engine = %(engine)s, embedding = %(embedding)s
WHERE employee_id = %(employee_id)s AND id = %(id)s AND engine <> %(engine)s;

-- :name erase_one
DELETE FROM face.template WHERE employee_id = %(employee_id)s AND id = %(id)s;

-- :name erase_all
DELETE FROM face.template WHERE employee_id = %(employee_id)s;

-- :name newest
SELECT id FROM face.template WHERE employee_id = %(employee_id)s ORDER BY id DESC LIMIT 1;

-- :name sealed
SELECT id, embedding, photo FROM face.template WHERE employee_id = %(employee_id)s ORDER BY id;

-- :name seal_anew
UPDATE face.template SET embedding = %(embedding)s, photo = %(photo)s
WHERE employee_id = %(employee_id)s AND id = %(id)s;
