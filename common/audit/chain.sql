-- Every statement here is for the audit of one schema, whose name is put for ``audit_schema``.

-- :name head
SELECT number, hash FROM audit_schema.audit_head

-- :name hold_head
SELECT number, hash FROM audit_schema.audit_head FOR UPDATE

-- :name waiting
-- The rows that have no number yet, the columns as they are hashed.
SELECT id::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), actor::text,
       action, object, before::text, after::text, reason, request_id
FROM audit_schema.audit WHERE number IS NULL ORDER BY id LIMIT 500

-- :name fill
UPDATE audit_schema.audit AS a SET number = c.number, hash = c.hash
FROM unnest(%(ids)s::bigint[], %(numbers)s::bigint[], %(hashes)s::bytea[])
    AS c (id, number, hash)
WHERE a.id = c.id

-- :name move_head
UPDATE audit_schema.audit_head SET number = %(number)s, hash = %(hash)s

-- :name lines
-- The next rows of the chain, the columns as they are hashed.
SELECT number, hash,
       id::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), actor::text,
       action, object, before::text, after::text, reason, request_id
FROM audit_schema.audit WHERE number > %(after)s ORDER BY number LIMIT 2000

-- :name overdue
SELECT count(*), to_char(min(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM audit_schema.audit
WHERE number IS NULL AND at < clock_timestamp() - %(seconds)s * interval '1 second'
