-- :name announce
SELECT auth.announce(%(kind)s, %(employee_id)s, %(sid)s)

-- :name write
INSERT INTO auth.audit (actor, action, object, before, after, reason, request_id)
VALUES (%(actor)s, %(action)s, %(object)s, %(before)s::jsonb, %(after)s::jsonb, %(reason)s,
        %(request_id)s)

-- :name add_key
INSERT INTO auth.signing_key (kid, jwk, created_at) VALUES (%(kid)s, %(jwk)s::jsonb, %(now)s)
ON CONFLICT (kid) DO NOTHING
RETURNING kid

-- :name retire_keys
UPDATE auth.signing_key old SET retired_at = %(now)s
FROM auth.signing_key new
WHERE new.kid = %(current)s AND new.created_at <= %(now)s - %(after)s
  AND old.created_at <= new.created_at AND old.kid <> new.kid AND old.retired_at IS NULL
RETURNING old.kid

-- :name published_at
SELECT created_at FROM auth.signing_key WHERE kid = %(kid)s AND retired_at IS NULL

-- :name keys
SELECT jwk FROM auth.signing_key WHERE retired_at IS NULL ORDER BY created_at DESC, kid

-- :name service
SELECT s.client_id, s.employee_id, s.secret_hash FROM auth.service_secret s
WHERE s.client_id = %(client_id)s

-- :name set_service_secret
INSERT INTO auth.service_secret AS s (client_id, employee_id, secret_hash)
VALUES (%(client_id)s, %(employee_id)s, %(fingerprint)s)
ON CONFLICT (client_id) DO UPDATE SET secret_hash = EXCLUDED.secret_hash
WHERE s.secret_hash <> EXCLUDED.secret_hash
RETURNING client_id
