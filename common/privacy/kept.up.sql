-- What a service that keeps people's photos keeps about them besides: who looked, and which keys were
-- destroyed. A migration of each such service runs it with its own schema in the place of
-- ``privacy_schema`` and the table of its people's keys in the place of ``privacy_keys``; like every
-- migration it is never edited afterwards.

-- Each look at somebody's photo, by whom and when; the person and the admins can list them.
CREATE TABLE privacy_schema.look (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    employee_id  bigint NOT NULL,
    actor        bigint NOT NULL,
    what         text NOT NULL CHECK (what IN ('record_photo', 'enrolled_photo', 'export')),
    object       text NOT NULL CHECK (length(object) BETWEEN 1 AND 200)
);
CREATE INDEX look_person ON privacy_schema.look (employee_id, id DESC);
CREATE INDEX look_age ON privacy_schema.look USING brin (at);

-- Looks are only ever added, and go when they are old; the owner is bound too.
CREATE FUNCTION privacy_schema.keep_look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.at < clock_timestamp() - interval '30 days' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = 'the access log is only ever added to';
END
$$;
CREATE TRIGGER keep_look BEFORE UPDATE OR DELETE ON privacy_schema.look
    FOR EACH ROW EXECUTE FUNCTION privacy_schema.keep_look();
CREATE TRIGGER keep_looks BEFORE TRUNCATE ON privacy_schema.look
    FOR EACH STATEMENT EXECUTE FUNCTION privacy_schema.keep_look();

-- Keys destroyed whose former bytes may still lie in free pages and in the write-ahead log.
CREATE TABLE privacy_schema.destroyed_key (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    rewritten  boolean NOT NULL DEFAULT false
);

-- Deleting a row leaves its bytes where they were. Writing the table of keys anew leaves them in a
-- file that is then removed; ``rewritten`` is there only to be converted, which makes the server do it.
ALTER TABLE privacy_keys ADD COLUMN rewritten smallint NOT NULL DEFAULT 0;
CREATE FUNCTION privacy_schema.rewrite_keys() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    ALTER TABLE privacy_keys ALTER COLUMN rewritten TYPE smallint USING (rewritten + 0)::smallint;
END
$$;

-- The write-ahead log goes on in files that were used before, whose former content stays until it is
-- overwritten. The first call ends the log's present file and makes old ones free; each further one
-- overwrites the next of them. Tells how many are left, or nothing when the owner may not do it here.
CREATE FUNCTION privacy_schema.overwrite_log(first boolean) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    present text;
    ahead integer;
BEGIN
    PERFORM pg_logical_emit_message(false, 'hazir', 'keys were destroyed');
    PERFORM pg_switch_wal();
    IF first THEN
        EXECUTE 'CHECKPOINT';
    END IF;
    present := pg_walfile_name(pg_current_wal_insert_lsn());
    SELECT count(*) INTO ahead FROM pg_ls_waldir()
    WHERE name ~ '^[0-9A-F]{24}$' AND name > present;
    RETURN ahead;
EXCEPTION WHEN insufficient_privilege OR undefined_function THEN
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION privacy_schema.rewrite_keys(), privacy_schema.overwrite_log(boolean)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION privacy_schema.rewrite_keys(), privacy_schema.overwrite_log(boolean)
    TO hazir_privacy_schema;
GRANT SELECT, DELETE ON privacy_schema.look TO hazir_privacy_schema;
GRANT INSERT (employee_id, actor, what, object) ON privacy_schema.look TO hazir_privacy_schema;
GRANT SELECT, DELETE ON privacy_schema.destroyed_key TO hazir_privacy_schema;
GRANT INSERT (rewritten), UPDATE (rewritten) ON privacy_schema.destroyed_key
    TO hazir_privacy_schema;
