-- :name open
INSERT INTO auth.session (sid, employee_id, device, address, network, created_at, used_at,
                          expires_at)
VALUES (%(sid)s, %(employee_id)s, %(device)s, %(address)s, %(network)s, now(), now(),
        %(expires_at)s)

-- :name add_token
INSERT INTO auth.refresh_token (token_hash, sid, generation)
VALUES (%(fingerprint)s, %(sid)s, %(generation)s)

-- :name presented
SELECT s.sid, s.employee_id, t.generation, s.generation AS newest, s.rotated_at, s.expires_at,
       s.revoked_at IS NOT NULL AS revoked, p.locked_at IS NOT NULL AS locked
FROM auth.refresh_token t
JOIN auth.session s ON s.sid = t.sid
JOIN auth.person p ON p.employee_id = s.employee_id
WHERE t.token_hash = %(fingerprint)s
FOR UPDATE OF s

-- :name rotated
UPDATE auth.session SET generation = %(generation)s, rotated_at = %(now)s, used_at = %(now)s
WHERE sid = %(sid)s

-- :name ended
SELECT 1 AS ended FROM auth.session WHERE sid = %(sid)s AND revoked_at IS NOT NULL

-- :name revoke
UPDATE auth.session SET revoked_at = now() WHERE sid = %(sid)s AND revoked_at IS NULL
RETURNING employee_id

-- :name revoke_all
UPDATE auth.session SET revoked_at = now()
WHERE employee_id = %(employee_id)s AND revoked_at IS NULL AND sid <> %(keep)s
RETURNING sid

-- :name address_known
SELECT 1 AS known FROM auth.session
WHERE employee_id = %(employee_id)s AND network = %(network)s
LIMIT 1

-- :name charge
-- The first counter's row is locked and its level known before any other is touched.
WITH given AS (
    SELECT * FROM unnest(%(kinds)s::text[], %(keys)s::bytea[], %(mosts)s::float8[],
                         %(drains)s::float8[])
                  WITH ORDINALITY AS given (kind, key, most, drain, number)
), first AS (
    INSERT INTO auth.attempt AS a (kind, key, level, at)
    SELECT kind, key, 1, %(now)s FROM given WHERE number = 1
    ON CONFLICT (kind, key) DO UPDATE SET at = EXCLUDED.at, level = (
        SELECT least(greatest(a.level - greatest(extract(epoch FROM EXCLUDED.at - a.at), 0) * drain,
                              0), most) + 1
        FROM given WHERE given.kind = a.kind)
    RETURNING kind, level
), others AS (
    INSERT INTO auth.attempt AS a (kind, key, level, at)
    SELECT kind, key, 1, %(now)s FROM given
    WHERE number > 1
      AND (SELECT first.level <= given.most FROM first JOIN given USING (kind))
    ORDER BY number
    ON CONFLICT (kind, key) DO UPDATE SET at = EXCLUDED.at, level = (
        SELECT least(greatest(a.level - greatest(extract(epoch FROM EXCLUDED.at - a.at), 0) * drain,
                              0), most) + 1
        FROM given WHERE given.kind = a.kind)
    RETURNING kind, level
)
SELECT kind, level FROM first UNION ALL SELECT kind, level FROM others

-- :name refund
UPDATE auth.attempt a SET level = CASE a.kind WHEN 'account' THEN 0 ELSE greatest(a.level - 1, 0) END
FROM unnest(%(kinds)s::text[], %(keys)s::bytea[]) AS given (kind, key)
WHERE a.kind = given.kind AND a.key = given.key

-- :name purge_sessions
DELETE FROM auth.session WHERE expires_at < %(now)s - interval '1 day'

-- :name purge_attempts
DELETE FROM auth.attempt
WHERE at < %(now)s - CASE kind WHEN 'account' THEN interval '31 days' ELSE interval '1 day' END

-- :name purge_challenges
DELETE FROM auth.challenge WHERE expires_at < %(now)s

-- :name purge_links
DELETE FROM auth.reset_link WHERE expires_at < %(now)s
