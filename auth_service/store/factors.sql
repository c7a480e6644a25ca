-- :name get
SELECT wrapped_key, secret, expires_at, enabled_at, last_step FROM auth.second_factor
WHERE employee_id = %(employee_id)s
FOR UPDATE

-- :name enabled
SELECT 1 AS one FROM auth.second_factor
WHERE employee_id = %(employee_id)s AND enabled_at IS NOT NULL

-- :name start
INSERT INTO auth.second_factor AS f (employee_id, wrapped_key, secret, expires_at)
VALUES (%(employee_id)s, %(wrapped_key)s, %(secret)s, %(expires_at)s)
ON CONFLICT (employee_id) DO UPDATE
SET wrapped_key = EXCLUDED.wrapped_key, secret = EXCLUDED.secret,
    expires_at = EXCLUDED.expires_at, last_step = 0
WHERE f.enabled_at IS NULL
RETURNING employee_id

-- :name enable
UPDATE auth.second_factor SET enabled_at = %(now)s WHERE employee_id = %(employee_id)s

-- :name stepped
UPDATE auth.second_factor SET last_step = %(step)s WHERE employee_id = %(employee_id)s

-- :name remove
DELETE FROM auth.second_factor WHERE employee_id = %(employee_id)s RETURNING enabled_at

-- :name drop_recovery
DELETE FROM auth.recovery_code WHERE employee_id = %(employee_id)s

-- :name add_recovery
INSERT INTO auth.recovery_code (employee_id, code_hash)
SELECT %(employee_id)s, code_hash FROM unnest(%(fingerprints)s::bytea[]) AS code_hash

-- :name use_recovery
UPDATE auth.recovery_code SET used_at = %(now)s
WHERE employee_id = %(employee_id)s AND code_hash = %(fingerprint)s AND used_at IS NULL
RETURNING employee_id

-- :name recovery_left
SELECT count(*) AS codes FROM auth.recovery_code
WHERE employee_id = %(employee_id)s AND used_at IS NULL

-- :name add_challenge
INSERT INTO auth.challenge (challenge_hash, employee_id, expires_at)
VALUES (%(fingerprint)s, %(employee_id)s, %(expires_at)s)

-- :name try_challenge
UPDATE auth.challenge SET tries = tries + 1
WHERE challenge_hash = %(fingerprint)s AND expires_at > %(now)s AND tries < %(most)s
RETURNING employee_id

-- :name end_challenge
DELETE FROM auth.challenge WHERE challenge_hash = %(fingerprint)s RETURNING employee_id

-- :name end_challenges
DELETE FROM auth.challenge WHERE employee_id = %(employee_id)s
