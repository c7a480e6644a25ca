-- Somebody was known at a kiosk and may confirm: once, soon, and only at that kiosk.
CREATE TABLE attendance.kiosk_ticket (
    ticket_hash  bytea PRIMARY KEY,
    device_id    bigint NOT NULL,
    employee_id  bigint NOT NULL,
    place_id     bigint NOT NULL,
    action       text NOT NULL CHECK (action IN ('in', 'out')),
    evidence     jsonb NOT NULL,
    -- Sealed with a key made of the ticket, which is kept nowhere.
    photo        bytea,
    expires_at   timestamptz NOT NULL,
    -- The idempotency key of the call that has confirmed it: no other one may.
    used_key     text
);
CREATE INDEX kiosk_ticket_end ON attendance.kiosk_ticket (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON attendance.kiosk_ticket TO hazir_attendance;
