-- One row for each person who ever gave consent. Whoever changes consent, key or faces locks it.
CREATE TABLE face.subject (
    employee_id       bigint PRIMARY KEY CHECK (employee_id > 0),
    consent_version   text,
    consent_given_at  timestamptz,
    -- Wrapped by the service's key; without it nothing of this person can be read again.
    wrapped_key       bytea,
    CONSTRAINT consent_whole CHECK ((consent_version IS NULL) = (consent_given_at IS NULL)),
    CONSTRAINT key_needs_consent CHECK (wrapped_key IS NULL OR consent_version IS NOT NULL)
);

-- What was agreed to and taken back, when and by whom: never changed.
CREATE TABLE face.consent (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    employee_id  bigint NOT NULL REFERENCES face.subject (employee_id),
    kind         text NOT NULL CHECK (kind IN ('given', 'withdrawn')),
    version      text NOT NULL CHECK (length(version) BETWEEN 1 AND 64),
    actor        bigint NOT NULL,
    at           timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX consent_person ON face.consent (employee_id, id);

-- An enrolled photo: the embedding (128 float32, little endian) and the JPEG it was made from,
-- both AES-256-GCM under the person's key. The photo allows a new embedding when the engine changes.
CREATE TABLE face.template (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    employee_id  bigint NOT NULL REFERENCES face.subject (employee_id),
    engine       text NOT NULL CHECK (length(engine) BETWEEN 1 AND 200),
    embedding    bytea NOT NULL,
    photo        bytea NOT NULL,
    score        real NOT NULL CHECK (score BETWEEN 0 AND 1),
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX template_person ON face.template (employee_id, id);

CREATE TABLE face.audit (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor       bigint,
    action      text NOT NULL,
    object      text NOT NULL,
    before      jsonb,
    after       jsonb,
    reason      text,
    request_id  text,
    number      bigint UNIQUE,
    hash        bytea
);
CREATE INDEX audit_unchained ON face.audit (id) WHERE number IS NULL;

GRANT USAGE ON SCHEMA face TO hazir_face, hazir_sequencer;
GRANT SELECT, INSERT, UPDATE ON face.subject TO hazir_face;
GRANT SELECT, INSERT, DELETE ON face.template TO hazir_face;
GRANT UPDATE (engine, embedding) ON face.template TO hazir_face;
GRANT SELECT, INSERT ON face.consent, face.audit TO hazir_face;
GRANT SELECT, UPDATE (number, hash) ON face.audit TO hazir_sequencer;
