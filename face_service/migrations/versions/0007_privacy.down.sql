ALTER TABLE face.job DROP COLUMN rewritten;
REVOKE DELETE ON face.alarm FROM hazir_face;
DROP VIEW face.matchable;
DROP TABLE face.leaving;
ALTER TABLE face.subject
    DROP COLUMN consent_language, DROP COLUMN consent_sha256, DROP COLUMN retention_days;
DELETE FROM face.consent WHERE kind IN ('erased', 'expired');
ALTER TABLE face.consent
    DROP CONSTRAINT consent_actor_known,
    DROP CONSTRAINT consent_kind_check,
    ADD CONSTRAINT consent_kind_check CHECK (kind IN ('given', 'withdrawn')),
    ALTER COLUMN actor SET NOT NULL,
    DROP COLUMN sha256,
    DROP COLUMN language;
DROP TABLE face.consent_text;
