CREATE TABLE auth.site (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
    kind        text NOT NULL DEFAULT 'workplace' CHECK (kind IN ('workplace', 'school')),
    zone        text NOT NULL,
    biometrics  boolean NOT NULL DEFAULT false,
    -- What registration makes of a newcomer, and whether it is open at all.
    newcomer    text CHECK (newcomer IN ('staff', 'student')),
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE auth.person (
    employee_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username       text NOT NULL CHECK (length(username) BETWEEN 1 AND 150),
    -- One person, one name: capitals, compatibility forms and joiners do not make another. It is
    -- made by the application, because what `lower` does depends on the database's locale.
    username_key   text NOT NULL CONSTRAINT person_username_key UNIQUE,
    full_name      text NOT NULL DEFAULT '' CHECK (length(full_name) <= 200),
    school_number  text UNIQUE,
    external_code  text UNIQUE,
    site_id        bigint REFERENCES auth.site (id),
    directory      text NOT NULL DEFAULT 'local',
    password_hash  text,
    locked_at      timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX person_site ON auth.person (site_id);

CREATE TABLE auth.person_role (
    employee_id  bigint NOT NULL REFERENCES auth.person (employee_id),
    role         text NOT NULL CHECK
        (role IN ('admin', 'manager', 'teacher', 'staff', 'student', 'device', 'service')),
    granted_by   bigint REFERENCES auth.person (employee_id),
    granted_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (employee_id, role)
);

CREATE TABLE auth.team (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site_id  bigint NOT NULL REFERENCES auth.site (id),
    name     text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    UNIQUE (site_id, name)
);

CREATE TABLE auth.team_member (
    team_id      bigint NOT NULL REFERENCES auth.team (id) ON DELETE CASCADE,
    employee_id  bigint NOT NULL REFERENCES auth.person (employee_id),
    PRIMARY KEY (team_id, employee_id)
);
CREATE INDEX team_member_person ON auth.team_member (employee_id);

CREATE TABLE auth.team_manager (
    team_id      bigint NOT NULL REFERENCES auth.team (id) ON DELETE CASCADE,
    employee_id  bigint NOT NULL REFERENCES auth.person (employee_id),
    PRIMARY KEY (team_id, employee_id)
);
CREATE INDEX team_manager_person ON auth.team_manager (employee_id);

CREATE TABLE auth.session (
    sid          text PRIMARY KEY,
    employee_id  bigint NOT NULL REFERENCES auth.person (employee_id),
    device       text NOT NULL DEFAULT '',
    address      text NOT NULL DEFAULT '',
    -- The address, or of IPv6 its /64: where the person is known to sign in from.
    network      text NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL DEFAULT now(),
    used_at      timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    -- The newest refresh token's number, and when its predecessor was exchanged for it.
    generation   integer NOT NULL DEFAULT 0,
    rotated_at   timestamptz
);
CREATE INDEX session_person ON auth.session (employee_id, network);
CREATE INDEX session_end ON auth.session (expires_at);

-- Every refresh token a session ever had: an old one that comes back betrays a theft.
CREATE TABLE auth.refresh_token (
    token_hash   bytea PRIMARY KEY,
    sid          text NOT NULL REFERENCES auth.session (sid) ON DELETE CASCADE,
    generation   integer NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    UNIQUE (sid, generation)
);

-- Failed log-ins of an account, an address or the whole installation: a level that each failure
-- raises by one and that sinks with time. Kept here so that a restart forgives nothing.
CREATE TABLE auth.attempt (
    kind   text NOT NULL CHECK (kind IN ('account', 'address', 'site')),
    key    bytea NOT NULL,
    level  double precision NOT NULL,
    at     timestamptz NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE INDEX attempt_age ON auth.attempt (at);

CREATE TABLE auth.service_secret (
    client_id    text PRIMARY KEY,
    employee_id  bigint NOT NULL UNIQUE REFERENCES auth.person (employee_id),
    secret_hash  bytea NOT NULL
);

CREATE TABLE auth.signing_key (
    kid         text PRIMARY KEY,
    jwk         jsonb NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    retired_at  timestamptz
);

-- What the other services must hear of: revocations and whatever changes somebody's rights.
-- Numbered under the lock of the head row, so that a reader of `seq > last` misses nothing.
CREATE TABLE auth.change_head (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq  bigint NOT NULL
);
INSERT INTO auth.change_head (seq) VALUES (0);

CREATE TABLE auth.change (
    seq          bigint PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('person', 'session', 'site', 'key')),
    employee_id  bigint,
    sid          text,
    at           timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A starting process reads the sessions revoked within the life of a token.
CREATE INDEX change_session ON auth.change (at) WHERE kind = 'session';

CREATE FUNCTION auth.announce(what text, who bigint, which text) RETURNS bigint
LANGUAGE sql AS $$
    WITH head AS (UPDATE auth.change_head SET seq = seq + 1 RETURNING seq)
    INSERT INTO auth.change (seq, kind, employee_id, sid)
    SELECT seq, what, who, which FROM head
    RETURNING seq
$$;

CREATE TABLE auth.audit (
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

CREATE VIEW org.people AS
SELECT p.employee_id,
       p.username,
       p.full_name,
       p.school_number,
       p.external_code,
       p.locked_at IS NOT NULL AS locked,
       p.site_id,
       coalesce(s.zone, 'UTC') AS zone,
       coalesce(s.biometrics, false) AS biometrics,
       ARRAY(SELECT r.role FROM auth.person_role r WHERE r.employee_id = p.employee_id) AS roles,
       ARRAY(SELECT m.team_id FROM auth.team_member m
             WHERE m.employee_id = p.employee_id) AS team_ids,
       ARRAY(SELECT m.team_id FROM auth.team_manager m
             WHERE m.employee_id = p.employee_id) AS manages
FROM auth.person p
LEFT JOIN auth.site s ON s.id = p.site_id;

CREATE VIEW org.sites AS SELECT id, name, kind, zone, biometrics FROM auth.site;
CREATE VIEW org.teams AS SELECT id, site_id, name FROM auth.team;
CREATE VIEW org.team_members AS SELECT team_id, employee_id FROM auth.team_member;
CREATE VIEW org.changes AS SELECT seq, kind, employee_id, sid, at FROM auth.change;
CREATE VIEW org.change_head AS SELECT seq FROM auth.change_head;
CREATE VIEW org.signing_keys AS
SELECT kid, jwk, created_at, retired_at FROM auth.signing_key;

GRANT USAGE ON SCHEMA auth TO hazir_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA auth TO hazir_auth;
REVOKE UPDATE, DELETE ON auth.audit, auth.change FROM hazir_auth;
GRANT USAGE ON SCHEMA org TO hazir_auth, hazir_attendance, hazir_face, hazir_reporter;
GRANT SELECT ON ALL TABLES IN SCHEMA org
    TO hazir_auth, hazir_attendance, hazir_face, hazir_reporter;
