CREATE TABLE attendance.place (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site_id      bigint NOT NULL,
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    zone         text NOT NULL,
    -- Where a punch that names no place is recorded.
    is_default   boolean NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL DEFAULT now(),
    archived_at  timestamptz,
    UNIQUE (site_id, name)
);
CREATE UNIQUE INDEX place_default ON attendance.place (site_id)
    WHERE is_default AND archived_at IS NULL;

-- A policy is never edited: a change is the next version, and a record names the one it met.
CREATE TABLE attendance.policy (
    place_id      bigint NOT NULL REFERENCES attendance.place (id),
    version       integer NOT NULL CHECK (version > 0),
    evidence      text[] NOT NULL CHECK (evidence <@ ARRAY['photo', 'face']),
    mode          text NOT NULL CHECK (mode IN ('strict', 'toggle', 'first_last')),
    on_face_down  text NOT NULL CHECK (on_face_down IN ('refuse', 'pending')),
    skew_seconds  integer NOT NULL CHECK (skew_seconds BETWEEN 0 AND 3600),
    created_by    bigint,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (place_id, version)
);

-- One row a person: the lock and the guard of everything that the person punches.
CREATE TABLE attendance.punch_state (
    employee_id  bigint PRIMARY KEY,
    n            bigint NOT NULL DEFAULT 0,
    action       text NOT NULL DEFAULT 'out' CHECK (action IN ('in', 'out')),
    last_at      timestamptz NOT NULL DEFAULT '-infinity',
    open_until   timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);

CREATE TABLE attendance.photo (
    id           uuid PRIMARY KEY,
    employee_id  bigint NOT NULL,
    ciphertext   bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL
);
CREATE INDEX photo_expiry ON attendance.photo (expires_at);
CREATE INDEX photo_person ON attendance.photo (employee_id);

-- The key that a person's photos are encrypted with, itself encrypted; destroying it erases them.
CREATE TABLE attendance.subject_key (
    employee_id  bigint PRIMARY KEY,
    wrapped      bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE attendance.record (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    employee_id     bigint NOT NULL,
    -- The person's own count of punches; a refused one has none.
    n               bigint,
    action          text NOT NULL CHECK (action IN ('in', 'out')),
    at              timestamptz NOT NULL,
    committed_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    claimed_at      timestamptz,
    clock_offset_ms bigint,
    -- As it was made; never changes, so a repeated call is answered alike.
    outcome         text NOT NULL CHECK (outcome IN ('accepted', 'review', 'pending', 'refused')),
    -- As it stands now.
    status          text NOT NULL
        CHECK (status IN ('accepted', 'review', 'pending', 'refused', 'voided')),
    place_id        bigint,
    policy_version  integer,
    site_id         bigint,
    zone            text NOT NULL,
    offset_minutes  smallint NOT NULL,
    source          text NOT NULL,
    evidence        jsonb,
    photo_id        uuid,
    UNIQUE (employee_id, n)
);
CREATE INDEX record_person_time ON attendance.record (employee_id, at DESC, id DESC);

CREATE TABLE attendance.idempotency (
    subject_id  bigint NOT NULL,
    route       text NOT NULL,
    key         text NOT NULL,
    body_hash   bytea NOT NULL,
    status      smallint NOT NULL,
    record_id   bigint,
    refusal     jsonb,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subject_id, route, key)
);
CREATE INDEX idempotency_age ON attendance.idempotency USING brin (created_at);

-- Calls that take a while (a photo, a face) and are running now; a stale row may be taken over.
CREATE UNLOGGED TABLE attendance.in_flight (
    subject_id  bigint NOT NULL,
    route       text NOT NULL,
    key         text NOT NULL,
    until       timestamptz NOT NULL,
    PRIMARY KEY (subject_id, route, key)
);

-- What happened, in the order in which it was committed: numbered afterwards by the sequencer.
CREATE TABLE attendance.event (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id     uuid NOT NULL DEFAULT gen_random_uuid(),
    kind         text NOT NULL CHECK (kind IN ('made', 'decided', 'voided')),
    record_id    bigint NOT NULL,
    employee_id  bigint NOT NULL,
    action       text NOT NULL,
    at           timestamptz NOT NULL,
    status       text NOT NULL,
    place_id     bigint,
    feed_seq     bigint
);
CREATE INDEX event_unsequenced ON attendance.event (id) WHERE feed_seq IS NULL;
CREATE UNIQUE INDEX event_feed ON attendance.event (feed_seq);

CREATE TABLE attendance.feed_head (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch    uuid NOT NULL DEFAULT gen_random_uuid(),
    seq      bigint NOT NULL DEFAULT 0,
    -- Events before this one may have been pruned.
    min_seq  bigint NOT NULL DEFAULT 0
);
INSERT INTO attendance.feed_head DEFAULT VALUES;

-- Faces that could not be compared when the punch came, waiting for their decision.
CREATE TABLE attendance.face_check (
    record_id    bigint PRIMARY KEY REFERENCES attendance.record (id),
    employee_id  bigint NOT NULL,
    photo_id     uuid NOT NULL,
    attempts     integer NOT NULL DEFAULT 0,
    due_at       timestamptz NOT NULL DEFAULT now(),
    deadline     timestamptz NOT NULL
);
CREATE INDEX face_check_due ON attendance.face_check (due_at);

CREATE TABLE attendance.audit (
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

GRANT USAGE ON SCHEMA attendance TO hazir_attendance, hazir_sequencer;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA attendance TO hazir_attendance;
GRANT UPDATE ON attendance.place, attendance.punch_state, attendance.in_flight,
    attendance.face_check TO hazir_attendance;
GRANT UPDATE (status) ON attendance.record TO hazir_attendance;
GRANT DELETE ON attendance.idempotency, attendance.in_flight, attendance.photo,
    attendance.subject_key, attendance.face_check TO hazir_attendance;
-- The sequencer numbers events and does nothing else to them.
GRANT SELECT (id, feed_seq) ON attendance.event TO hazir_sequencer;
GRANT UPDATE (feed_seq) ON attendance.event TO hazir_sequencer;
GRANT SELECT, UPDATE ON attendance.feed_head TO hazir_sequencer;
REVOKE INSERT ON attendance.feed_head FROM hazir_attendance;
