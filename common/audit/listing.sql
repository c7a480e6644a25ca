-- Every statement here is for the audit of one schema, whose name is put for ``audit_schema``.

-- :name page
-- Decisions, the newest first, with the names of whom and what they were about.
WITH page AS MATERIALIZED (
    SELECT id, number, at, actor, action, object, before, after, reason, request_id,
           split_part(object, ':', 1) AS kind,
           CASE WHEN object ~ '^[a-z]+:[0-9]{1,15}$'
                THEN split_part(object, ':', 2)::bigint END AS object_id
    FROM audit_schema.audit
    WHERE (%(before_id)s::bigint IS NULL OR id < %(before_id)s)
      AND (%(actor)s::bigint IS NULL OR actor = %(actor)s)
      AND (%(action)s::text IS NULL OR action = %(action)s)
      AND (%(object)s::text IS NULL OR object = %(object)s)
      AND (%(start)s::timestamptz IS NULL OR at >= %(start)s)
      AND (%(end)s::timestamptz IS NULL OR at < %(end)s)
    ORDER BY id DESC LIMIT %(limit)s
)
SELECT a.id, a.number, a.at, a.actor, who.username AS actor_name, a.action, a.object,
       coalesce(person.username, site.name, team.name) AS object_name,
       a.before, a.after, a.reason, a.request_id
FROM page AS a
LEFT JOIN org.people AS who ON who.employee_id = a.actor
LEFT JOIN org.people AS person ON a.kind = 'person' AND person.employee_id = a.object_id
LEFT JOIN org.sites AS site ON a.kind = 'site' AND site.id = a.object_id
LEFT JOIN org.teams AS team ON a.kind = 'team' AND team.id = a.object_id
ORDER BY a.id DESC
