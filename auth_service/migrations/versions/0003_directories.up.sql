-- The directory's own name for the person: an account is found by it, never by what was typed.
ALTER TABLE auth.person ADD COLUMN subject text CHECK (length(subject) BETWEEN 1 AND 255);
ALTER TABLE auth.person ADD CONSTRAINT person_subject_of_directory
    CHECK ((directory = 'local') = (subject IS NULL));
ALTER TABLE auth.person ADD CONSTRAINT person_directory_subject_key UNIQUE (directory, subject);

-- A role that the directory gave is withdrawn when it no longer does; one given here stays.
ALTER TABLE auth.person_role ADD COLUMN from_directory boolean NOT NULL DEFAULT false;

-- The schedule as the directory told it at the last sign-in.
CREATE TABLE auth.lesson (
    employee_id  bigint NOT NULL REFERENCES auth.person (employee_id),
    number       integer NOT NULL,
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    teacher      text NOT NULL CHECK (length(teacher) <= 200),
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL CHECK (ends_at > starts_at),
    PRIMARY KEY (employee_id, number)
);

-- The state of each sign-in that came back from a provider: none comes back twice.
CREATE TABLE auth.spent_state (
    state_hash  bytea PRIMARY KEY,
    spent_at    timestamptz NOT NULL
);
CREATE INDEX spent_state_age ON auth.spent_state (spent_at);

CREATE VIEW org.lessons AS
SELECT employee_id, name, teacher, starts_at, ends_at FROM auth.lesson;

GRANT SELECT, INSERT, UPDATE, DELETE ON auth.lesson, auth.spent_state TO hazir_auth;
GRANT SELECT ON org.lessons TO hazir_attendance;
