-- :name sites
SELECT id, name, kind, zone, biometrics, newcomer FROM auth.site ORDER BY id

-- :name site
SELECT id, name, kind, zone, biometrics, newcomer FROM auth.site WHERE id = %(id)s FOR UPDATE

-- :name newcomers
SELECT id, name, kind, zone, biometrics, newcomer FROM auth.site
WHERE newcomer IS NOT NULL ORDER BY id LIMIT 1

-- :name add_site
INSERT INTO auth.site (name, kind, zone, biometrics, newcomer)
VALUES (%(name)s, %(kind)s, %(zone)s, %(biometrics)s, %(newcomer)s)
RETURNING id, name, kind, zone, biometrics, newcomer

-- :name change_site
UPDATE auth.site SET name = %(name)s, kind = %(kind)s, zone = %(zone)s,
                     biometrics = %(biometrics)s, newcomer = %(newcomer)s
WHERE id = %(id)s

-- :name teams
SELECT id, site_id, name FROM auth.team
WHERE %(ids)s::bigint[] IS NULL OR id = ANY (%(ids)s::bigint[])
ORDER BY id

-- :name team
SELECT id, site_id, name FROM auth.team WHERE id = %(id)s FOR UPDATE

-- :name add_team
INSERT INTO auth.team (site_id, name) VALUES (%(site_id)s, %(name)s) RETURNING id, site_id, name

-- :name rename_team
UPDATE auth.team SET name = %(name)s WHERE id = %(id)s

-- :name delete_team
DELETE FROM auth.team WHERE id = %(id)s

-- :name members
SELECT p.*, NULL AS password_hash, q.directory, q.subject
FROM org.people p JOIN auth.person q USING (employee_id)
JOIN auth.team_member m USING (employee_id) WHERE m.team_id = %(team_id)s ORDER BY p.employee_id

-- :name managers
SELECT p.*, NULL AS password_hash, q.directory, q.subject
FROM org.people p JOIN auth.person q USING (employee_id)
JOIN auth.team_manager m USING (employee_id) WHERE m.team_id = %(team_id)s ORDER BY p.employee_id

-- :name join_member
INSERT INTO auth.team_member (team_id, employee_id) VALUES (%(team_id)s, %(employee_id)s)
ON CONFLICT DO NOTHING

-- :name join_manager
INSERT INTO auth.team_manager (team_id, employee_id) VALUES (%(team_id)s, %(employee_id)s)
ON CONFLICT DO NOTHING

-- :name leave_member
DELETE FROM auth.team_member WHERE team_id = %(team_id)s AND employee_id = %(employee_id)s

-- :name leave_manager
DELETE FROM auth.team_manager WHERE team_id = %(team_id)s AND employee_id = %(employee_id)s
