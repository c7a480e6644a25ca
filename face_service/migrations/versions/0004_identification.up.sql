-- Whose templates, key or consent changed: what the galleries of every process follow. Numbered under
-- the lock of the head row, so that a reader of `seq > last` misses nothing. The database writes it
-- itself, whatever changes a template: nothing can forget to.
CREATE TABLE face.gallery_head (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq  bigint NOT NULL
);
INSERT INTO face.gallery_head (seq) VALUES (0);

CREATE TABLE face.gallery_change (
    seq          bigint PRIMARY KEY,
    employee_id  bigint NOT NULL
);

CREATE FUNCTION face.tell_galleries(who bigint[]) RETURNS void
LANGUAGE sql AS $$
    WITH people AS (
        SELECT employee_id, row_number() OVER (ORDER BY employee_id) AS number
        FROM (SELECT DISTINCT unnest(who) AS employee_id) AS touched
    ), head AS (
        UPDATE face.gallery_head SET seq = seq + (SELECT count(*) FROM people)
        WHERE EXISTS (SELECT 1 FROM people)
        RETURNING seq - (SELECT count(*) FROM people) AS before
    )
    INSERT INTO face.gallery_change (seq, employee_id)
    SELECT head.before + people.number, people.employee_id FROM head, people
$$;

CREATE FUNCTION face.template_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM face.tell_galleries(ARRAY(SELECT employee_id FROM now_there));
    RETURN NULL;
END $$;

CREATE FUNCTION face.template_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM face.tell_galleries(ARRAY(SELECT employee_id FROM was_there));
    RETURN NULL;
END $$;

-- What does not change who may be recognised is no change: a consent read to its next version is.
CREATE FUNCTION face.subject_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM face.tell_galleries(ARRAY(
        SELECT n.employee_id FROM now_there n JOIN was_there w USING (employee_id)
        WHERE n.wrapped_key IS DISTINCT FROM w.wrapped_key
           OR n.consent_version IS DISTINCT FROM w.consent_version));
    RETURN NULL;
END $$;

CREATE TRIGGER template_added AFTER INSERT ON face.template
    REFERENCING NEW TABLE AS now_there FOR EACH STATEMENT EXECUTE FUNCTION face.template_added();
CREATE TRIGGER template_changed AFTER UPDATE ON face.template
    REFERENCING NEW TABLE AS now_there FOR EACH STATEMENT EXECUTE FUNCTION face.template_added();
CREATE TRIGGER template_gone AFTER DELETE ON face.template
    REFERENCING OLD TABLE AS was_there FOR EACH STATEMENT EXECUTE FUNCTION face.template_gone();
CREATE TRIGGER subject_gone AFTER DELETE ON face.subject
    REFERENCING OLD TABLE AS was_there FOR EACH STATEMENT EXECUTE FUNCTION face.template_gone();
CREATE TRIGGER subject_changed AFTER UPDATE ON face.subject
    REFERENCING OLD TABLE AS was_there NEW TABLE AS now_there
    FOR EACH STATEMENT EXECUTE FUNCTION face.subject_changed();

-- Two accounts whose enrolled faces are alike: a person looks. One open alarm for each pair.
CREATE TABLE face.alarm (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    one         bigint NOT NULL,
    other       bigint NOT NULL,
    similarity  real NOT NULL CHECK (similarity BETWEEN -1 AND 1),
    site_id     bigint NOT NULL,
    seen_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_at   timestamptz,
    closed_by   bigint,
    note        text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    CONSTRAINT alarm_pair CHECK (one < other),
    CONSTRAINT alarm_closed CHECK ((closed_at IS NULL) = (closed_by IS NULL))
);
CREATE UNIQUE INDEX alarm_open ON face.alarm (one, other) WHERE closed_at IS NULL;
CREATE INDEX alarm_other ON face.alarm (other);

GRANT SELECT ON face.gallery_head, face.gallery_change TO hazir_face;
GRANT UPDATE ON face.gallery_head TO hazir_face;
GRANT INSERT ON face.gallery_change TO hazir_face;
GRANT SELECT, INSERT, UPDATE ON face.alarm TO hazir_face;
