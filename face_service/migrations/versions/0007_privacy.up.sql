-- Exactly what somebody agreed to, once each, under the hash of it; kept as long as the history is.
CREATE TABLE face.consent_text (
    sha256      text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    version     text NOT NULL,
    language    text NOT NULL,
    title       text NOT NULL,
    paragraphs  text[] NOT NULL,
    kept_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Erased is by request, expired by retention, which has no actor. Older rows do not know their text.
ALTER TABLE face.consent
    ADD COLUMN language text,
    ADD COLUMN sha256 text REFERENCES face.consent_text (sha256),
    ALTER COLUMN actor DROP NOT NULL,
    DROP CONSTRAINT consent_kind_check,
    ADD CONSTRAINT consent_kind_check
        CHECK (kind IN ('given', 'withdrawn', 'erased', 'expired')),
    ADD CONSTRAINT consent_actor_known CHECK (actor IS NOT NULL OR kind = 'expired');

ALTER TABLE face.subject
    ADD COLUMN consent_language text,
    ADD COLUMN consent_sha256 text,
    -- What the text agreed to promised: a longer term set later does not bind who agreed before.
    ADD COLUMN retention_days integer CHECK (retention_days > 0);

-- People of whom something is kept that is not in use any more, and since when: their account is
-- locked or gone, their site uses no faces, or they have not agreed to the present text.
CREATE TABLE face.leaving (
    employee_id  bigint PRIMARY KEY REFERENCES face.subject (employee_id),
    since        timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The templates that may be compared with, as far as this service's tables say; whoever reads it asks
-- for the version of the present text, and whether the person's site uses faces, besides.
CREATE VIEW face.matchable AS
SELECT t.id, t.employee_id, t.engine, t.embedding, s.wrapped_key, s.consent_version
FROM face.template AS t
JOIN face.subject AS s USING (employee_id)
WHERE s.wrapped_key IS NOT NULL AND s.consent_version IS NOT NULL;

-- Keys of jobs are keys to faces too: their table is written anew with that of people's keys.
ALTER TABLE face.job ADD COLUMN rewritten smallint NOT NULL DEFAULT 0;
CREATE OR REPLACE FUNCTION face.rewrite_keys() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    ALTER TABLE face.subject ALTER COLUMN rewritten TYPE smallint USING (rewritten + 0)::smallint;
    ALTER TABLE face.job ALTER COLUMN rewritten TYPE smallint USING (rewritten + 0)::smallint;
END
$$;

GRANT SELECT, INSERT ON face.consent_text TO hazir_face;
GRANT SELECT, INSERT, DELETE ON face.leaving TO hazir_face;
GRANT SELECT ON face.matchable TO hazir_face;
-- Whom an erased face resembled goes with it.
GRANT DELETE ON face.alarm TO hazir_face;
