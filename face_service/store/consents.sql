-- :name subject
SELECT consent_version, consent_given_at, consent_language, consent_sha256, wrapped_key
FROM face.subject
WHERE employee_id = %(employee_id)s;

-- :name ensure_subject
INSERT INTO face.subject (employee_id) VALUES (%(employee_id)s) ON CONFLICT DO NOTHING;

-- :name give
UPDATE face.subject
SET consent_version = %(version)s, consent_given_at = clock_timestamp(),
    consent_language = %(language)s, consent_sha256 = %(sha256)s, retention_days = %(days)s
WHERE employee_id = %(employee_id)s
RETURNING consent_version, consent_given_at, consent_language, consent_sha256;

-- :name withdraw
UPDATE face.subject
SET consent_version = NULL, consent_given_at = NULL, consent_language = NULL,
    consent_sha256 = NULL, retention_days = NULL, wrapped_key = NULL
WHERE employee_id = %(employee_id)s;

-- :name keep_text
INSERT INTO face.consent_text (sha256, version, language, title, paragraphs)
VALUES (%(sha256)s, %(version)s, %(language)s, %(title)s, %(paragraphs)s) ON CONFLICT DO NOTHING;

-- :name keep_consent
INSERT INTO face.consent (employee_id, kind, version, language, sha256, actor)
VALUES (%(employee_id)s, %(kind)s, %(version)s, %(language)s, %(sha256)s, %(actor)s);
