-- :name outdated
SELECT count(DISTINCT employee_id) AS people, count(*) AS photos
FROM face.template WHERE engine <> %(engine)s;

-- :name outdated_people
SELECT DISTINCT employee_id FROM face.template
WHERE engine <> %(engine)s AND employee_id > %(after)s
ORDER BY employee_id LIMIT %(limit)s;

-- :name claim
SELECT pg_try_advisory_xact_lock(hashtextextended('face renewal', %(employee_id)s)) AS alone;

-- :name outdated_photos
SELECT id FROM face.template
WHERE employee_id = %(employee_id)s AND engine <> %(engine)s ORDER BY id;
