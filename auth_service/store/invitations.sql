-- :name add
INSERT INTO auth.invitation (code_hash, hint, role, site_id, expires_at, uses, note, created_by)
VALUES (%(fingerprint)s, %(hint)s, %(role)s, %(site_id)s, %(expires_at)s, %(uses)s, %(note)s,
        %(made_by)s)
RETURNING id

-- :name add_teams
INSERT INTO auth.invitation_team (invitation_id, team_id)
SELECT %(invitation_id)s, team_id FROM unnest(%(team_ids)s::bigint[]) AS team_id

-- :name hold
SELECT 1 AS held FROM auth.invitation WHERE id = %(invitation_id)s FOR UPDATE

-- :name get
SELECT i.*, s.name AS site_name,
       ARRAY(SELECT t.team_id FROM auth.invitation_team t
             WHERE t.invitation_id = i.id ORDER BY t.team_id) AS team_ids
FROM auth.invitation i LEFT JOIN auth.site s ON s.id = i.site_id
WHERE i.id = %(invitation_id)s

-- :name page
SELECT i.*, s.name AS site_name,
       ARRAY(SELECT t.team_id FROM auth.invitation_team t
             WHERE t.invitation_id = i.id ORDER BY t.team_id) AS team_ids
FROM auth.invitation i LEFT JOIN auth.site s ON s.id = i.site_id
WHERE (%(made_by)s::bigint IS NULL OR i.created_by = %(made_by)s)
  AND (%(before)s::bigint IS NULL OR i.id < %(before)s)
ORDER BY i.id DESC
LIMIT %(limit)s

-- :name set_expires_at
UPDATE auth.invitation SET expires_at = %(value)s WHERE id = %(invitation_id)s

-- :name set_uses
UPDATE auth.invitation SET uses = %(value)s WHERE id = %(invitation_id)s

-- :name set_note
UPDATE auth.invitation SET note = %(value)s WHERE id = %(invitation_id)s

-- :name set_revoked_at
UPDATE auth.invitation SET revoked_at = %(value)s WHERE id = %(invitation_id)s

-- :name good
SELECT id FROM auth.invitation_in_force
WHERE code_hash = %(fingerprint)s AND expires_at > %(now)s AND used < uses

-- :name use
UPDATE auth.invitation SET used = used + 1
WHERE id = %(invitation_id)s AND used < uses AND revoked_at IS NULL AND expires_at > %(now)s
  AND id IN (SELECT id FROM auth.invitation_in_force)
RETURNING used
