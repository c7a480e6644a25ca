-- Only of people who have agreed to the present text, whose site uses faces and whose account is open:
-- to make an embedding is to use a face.

-- :name outdated
SELECT count(DISTINCT employee_id) AS people, count(*) AS photos
FROM face.template JOIN face.subject USING (employee_id) JOIN org.people USING (employee_id)
WHERE engine <> %(engine)s AND consent_version = %(version)s AND biometrics AND NOT locked;

-- :name left_alone
SELECT count(DISTINCT employee_id) AS people
FROM face.template JOIN face.subject USING (employee_id) LEFT JOIN org.people USING (employee_id)
WHERE engine <> %(engine)s
    AND NOT coalesce(consent_version = %(version)s AND biometrics AND NOT locked, false);

-- :name outdated_people
SELECT DISTINCT employee_id
FROM face.template JOIN face.subject USING (employee_id) JOIN org.people USING (employee_id)
WHERE engine <> %(engine)s AND employee_id > %(after)s
    AND consent_version = %(version)s AND biometrics AND NOT locked
ORDER BY employee_id LIMIT %(limit)s;

-- :name claim
SELECT pg_try_advisory_xact_lock(hashtextextended('face renewal', %(employee_id)s)) AS alone;

-- :name outdated_photos
-- Asked again: the consent may have ended since the person was looked up.
SELECT t.id FROM face.template AS t JOIN face.subject AS s USING (employee_id)
WHERE employee_id = %(employee_id)s AND engine <> %(engine)s AND consent_version = %(version)s
ORDER BY t.id;
