-- :name places
SELECT p.id, p.site_id, p.name, p.zone, p.is_default, v.version, v.evidence, v.mode,
       v.on_face_down, v.skew_seconds, v.without_face, v.face_check
FROM attendance.place p
CROSS JOIN LATERAL (
    SELECT * FROM attendance.policy WHERE place_id = p.id ORDER BY version DESC LIMIT 1
) AS v
WHERE p.archived_at IS NULL
ORDER BY p.site_id, p.name

-- :name versions
SELECT version, evidence, mode, on_face_down, skew_seconds, without_face, face_check,
       created_by, created_at
FROM attendance.policy WHERE place_id = %(place_id)s ORDER BY version DESC

-- :name site
SELECT id, zone FROM org.sites WHERE id = %(id)s

-- :name add_place
INSERT INTO attendance.place (site_id, name, zone, is_default)
VALUES (%(site_id)s, %(name)s, %(zone)s, %(is_default)s) RETURNING id

-- :name no_default
UPDATE attendance.place SET is_default = false
WHERE site_id = %(site_id)s AND is_default AND archived_at IS NULL

-- :name change_place
UPDATE attendance.place
SET name = coalesce(%(name)s, name),
    is_default = coalesce(%(is_default)s, is_default),
    archived_at = CASE WHEN %(archived)s THEN now() ELSE archived_at END
WHERE id = %(id)s

-- :name lock_place
SELECT id, site_id, name, is_default FROM attendance.place
WHERE id = %(id)s AND archived_at IS NULL FOR UPDATE

-- :name add_policy
INSERT INTO attendance.policy
    (place_id, version, evidence, mode, on_face_down, skew_seconds, without_face,
     face_check, created_by)
SELECT %(place_id)s, coalesce(max(version), 0) + 1, %(evidence)s::text[], %(mode)s,
       %(on_face_down)s, %(skew_seconds)s, %(without_face)s, %(face_check)s,
       %(created_by)s
FROM attendance.policy WHERE place_id = %(place_id)s
RETURNING version

-- :name audit
INSERT INTO attendance.audit (actor, action, object, before, after, reason, request_id)
VALUES (%(actor)s, %(action)s, %(object)s, %(before)s::jsonb, %(after)s::jsonb, %(reason)s,
        %(request_id)s)
