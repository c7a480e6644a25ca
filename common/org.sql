-- :name people
SELECT * FROM org.people;

-- :name some_people
SELECT * FROM org.people WHERE employee_id = ANY(%(ids)s);

-- :name head
SELECT seq FROM org.change_head;

-- :name changes
SELECT seq, kind, employee_id, sid FROM org.changes WHERE seq > %(after)s ORDER BY seq LIMIT 1000;

-- :name revoked
SELECT sid FROM org.changes WHERE kind = 'session' AND at > now() - %(life)s * interval '1 second';

-- :name keys
SELECT jwk FROM org.signing_keys WHERE retired_at IS NULL;
