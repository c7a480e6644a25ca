-- Somebody's second factor: pending until its first code was right, asked for at every sign-in
-- from then on.
CREATE TABLE auth.second_factor (
    employee_id  bigint PRIMARY KEY REFERENCES auth.person (employee_id),
    -- The person's own key under the service's, and the secret under the person's.
    wrapped_key  bytea NOT NULL,
    secret       bytea NOT NULL,
    -- Until when it may be confirmed.
    expires_at   timestamptz NOT NULL,
    enabled_at   timestamptz,
    -- The step of the newest code that was taken: none is taken twice.
    last_step    bigint NOT NULL DEFAULT 0
);

CREATE TABLE auth.recovery_code (
    employee_id  bigint NOT NULL REFERENCES auth.second_factor (employee_id) ON DELETE CASCADE,
    code_hash    bytea NOT NULL,
    used_at      timestamptz,
    PRIMARY KEY (employee_id, code_hash)
);

-- Sign-ins whose first proof was right and which wait for the second.
CREATE TABLE auth.challenge (
    challenge_hash  bytea PRIMARY KEY,
    employee_id     bigint NOT NULL REFERENCES auth.person (employee_id),
    expires_at      timestamptz NOT NULL,
    tries           integer NOT NULL DEFAULT 0
);
CREATE INDEX challenge_person ON auth.challenge (employee_id);
CREATE INDEX challenge_end ON auth.challenge (expires_at);

-- One a person: a new one takes the place of the last.
CREATE TABLE auth.reset_link (
    employee_id  bigint PRIMARY KEY REFERENCES auth.person (employee_id),
    token_hash   bytea NOT NULL UNIQUE,
    created_by   bigint NOT NULL REFERENCES auth.person (employee_id),
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL
);

CREATE TABLE auth.invitation (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code_hash   bytea NOT NULL UNIQUE,
    -- The end of the code, by which whoever made it knows it again.
    hint        text NOT NULL,
    role        text NOT NULL CHECK
        (role IN ('admin', 'manager', 'teacher', 'staff', 'student', 'device')),
    site_id     bigint REFERENCES auth.site (id),
    expires_at  timestamptz NOT NULL,
    uses        integer NOT NULL CHECK (uses BETWEEN 1 AND 1000),
    used        integer NOT NULL DEFAULT 0,
    note        text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    created_by  bigint NOT NULL REFERENCES auth.person (employee_id),
    created_at  timestamptz NOT NULL DEFAULT now(),
    revoked_at  timestamptz,
    CONSTRAINT invitation_used CHECK (used BETWEEN 0 AND uses)
);
CREATE INDEX invitation_maker ON auth.invitation (created_by, id);

CREATE TABLE auth.invitation_team (
    invitation_id  bigint NOT NULL REFERENCES auth.invitation (id),
    team_id        bigint NOT NULL REFERENCES auth.team (id) ON DELETE CASCADE,
    PRIMARY KEY (invitation_id, team_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON
    auth.second_factor, auth.recovery_code, auth.challenge, auth.reset_link, auth.invitation,
    auth.invitation_team TO hazir_auth;
