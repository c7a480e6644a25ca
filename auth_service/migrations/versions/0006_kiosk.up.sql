-- A PIN, a badge, or both, by which a device of the person's own site knows them.
CREATE TABLE auth.kiosk_credential (
    employee_id  bigint PRIMARY KEY REFERENCES auth.person (employee_id),
    -- argon2id of the person's number and the PIN.
    pin_hash     text,
    -- HMAC-SHA256 of the badge's code under the service's badge key: one badge, one person.
    badge_mark   bytea CONSTRAINT kiosk_badge_key UNIQUE,
    -- The end of the badge's code, by which an admin knows it again.
    badge_hint   text CHECK (length(badge_hint) BETWEEN 1 AND 3),
    CONSTRAINT kiosk_badge_whole CHECK ((badge_mark IS NULL) = (badge_hint IS NULL)),
    CONSTRAINT kiosk_something CHECK (pin_hash IS NOT NULL OR badge_mark IS NOT NULL)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON auth.kiosk_credential TO hazir_auth;
