-- A comparison that was asked for and is answered by webhook. It outlives its pictures.
CREATE TABLE face.job (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind             text NOT NULL CHECK (kind IN ('verify_pair', 'verify_person')),
    submitted_by     bigint NOT NULL,
    -- The submitter's own name of it: submitted twice, it is one job.
    verification_id  text NOT NULL CHECK (length(verification_id) BETWEEN 1 AND 128),
    body_hash        bytea NOT NULL,
    employee_id      bigint,
    school_number    text,
    webhook_url      text NOT NULL,
    state            text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'done', 'failed', 'dead')),
    -- Tries since it was last queued by somebody; counted when one begins.
    attempts         integer NOT NULL DEFAULT 0,
    -- Counts every try there ever was: only who holds the newest may write how it ended.
    turn             bigint NOT NULL DEFAULT 0,
    lease_until      timestamptz,
    -- The key of its pictures, wrapped by the service's own; destroyed when they have served.
    wrapped_key      bytea,
    result           jsonb,
    error            text,
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (submitted_by, verification_id),
    CONSTRAINT job_lease CHECK ((state = 'running') = (lease_until IS NOT NULL)),
    CONSTRAINT job_person CHECK ((kind = 'verify_person') = (employee_id IS NOT NULL))
);
CREATE INDEX job_state ON face.job (state, id) WHERE state <> 'done';
CREATE INDEX job_lease ON face.job (lease_until) WHERE state = 'running';
CREATE INDEX job_age ON face.job (updated_at);
CREATE INDEX job_employee ON face.job (employee_id) WHERE wrapped_key IS NOT NULL;

CREATE TABLE face.job_picture (
    job_id    bigint NOT NULL REFERENCES face.job (id) ON DELETE CASCADE,
    name      text NOT NULL,
    position  smallint NOT NULL,
    sealed    bytea NOT NULL,
    PRIMARY KEY (job_id, name, position)
);

-- The sending of one result. The message's id stays the same however often it is sent.
CREATE TABLE face.delivery (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id       bigint NOT NULL REFERENCES face.job (id) ON DELETE CASCADE,
    message_id   text NOT NULL UNIQUE DEFAULT 'msg_' || replace(gen_random_uuid()::text, '-', ''),
    url          text NOT NULL,
    body         bytea NOT NULL,
    state        text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'sending', 'delivered', 'dead')),
    attempts     integer NOT NULL DEFAULT 0,
    turn         bigint NOT NULL DEFAULT 0,
    lease_until  timestamptz,
    last_status  integer,
    error        text,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT delivery_lease CHECK ((state = 'sending') = (lease_until IS NOT NULL))
);
CREATE INDEX delivery_job ON face.delivery (job_id, id);
CREATE INDEX delivery_lease ON face.delivery (lease_until) WHERE state = 'sending';
CREATE INDEX delivery_dead ON face.delivery (job_id) WHERE state = 'dead';

-- The queue's functions name its tables without a schema, whoever calls them.
DO $$
DECLARE
    found regprocedure;
BEGIN
    FOR found IN
        SELECT p.oid::regprocedure FROM pg_proc p
        WHERE p.pronamespace = 'face'::regnamespace AND p.proname LIKE 'procrastinate\_%'
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = face, pg_temp', found);
    END LOOP;
END $$;

-- Queue one thing to do: the message commits with the row that it is about, or not at all.
CREATE FUNCTION face.queue(task text, about bigint, seconds integer) RETURNS void
LANGUAGE sql SET search_path = face, pg_temp AS $$
    SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
        task, task, 0, NULL, NULL, jsonb_build_object('about', about),
        CASE WHEN seconds > 0 THEN now() + seconds * interval '1 second' END
    )]::procrastinate_job_to_defer_v1[])
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON face.job, face.job_picture, face.delivery,
    face.procrastinate_jobs, face.procrastinate_workers, face.procrastinate_events,
    face.procrastinate_periodic_defers TO hazir_face;
GRANT USAGE ON SEQUENCE face.procrastinate_jobs_id_seq, face.procrastinate_events_id_seq,
    face.procrastinate_periodic_defers_id_seq TO hazir_face;
