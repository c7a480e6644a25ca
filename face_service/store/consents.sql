-- :name subject
SELECT consent_version, consent_given_at, wrapped_key FROM face.subject
WHERE employee_id = %(employee_id)s;

-- :name ensure_subject
INSERT INTO face.subject (employee_id) VALUES (%(employee_id)s) ON CONFLICT DO NOTHING;

-- :name give
UPDATE face.subject SET consent_version = %(version)s, consent_given_at = clock_timestamp()
WHERE employee_id = %(employee_id)s
RETURNING consent_version, consent_given_at, wrapped_key;

-- :name withdraw
UPDATE face.subject SET consent_version = NULL, consent_given_at = NULL, wrapped_key = NULL
WHERE employee_id = %(employee_id)s;

-- :name keep_consent
INSERT INTO face.consent (employee_id, kind, version, actor)
VALUES (%(employee_id)s, %(kind)s, %(version)s, %(actor)s);
