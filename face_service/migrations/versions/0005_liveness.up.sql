-- A movement asked of somebody: only the SHA-256 of what they hold, used at most once.
CREATE TABLE face.challenge (
    digest       bytea PRIMARY KEY CHECK (length(digest) = 32),
    employee_id  bigint NOT NULL,
    movement     text NOT NULL
        CHECK (movement IN ('turn_left', 'turn_right', 'closer', 'farther')),
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz,
    occasion     bytea
);
CREATE INDEX challenge_person ON face.challenge (employee_id);
CREATE INDEX challenge_expiry ON face.challenge (expires_at);

-- Images that were shown before, as HMACs: of the pixels, and of each of 16 bands of the picture's
-- hash. Nothing of a picture can be made of them, and nobody without the key can look for one.
CREATE TABLE face.seen (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    employee_id  bigint NOT NULL,
    digest       bytea NOT NULL CHECK (length(digest) = 16),
    bands        bytea NOT NULL CHECK (length(bands) = 64),
    occasion     bytea,
    seen_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at   timestamptz NOT NULL
);
CREATE INDEX seen_person ON face.seen (employee_id, id);
CREATE INDEX seen_digest ON face.seen (employee_id, digest);
CREATE INDEX seen_expiry ON face.seen (expires_at);

GRANT SELECT, INSERT, DELETE ON face.challenge, face.seen TO hazir_face;
GRANT UPDATE (used_at, occasion) ON face.challenge TO hazir_face;
-- Rows are locked before they are deleted, which asks for this.
GRANT UPDATE (occasion) ON face.seen TO hazir_face;
