-- :name open
-- What waits for a person, the longest waiting first.
SELECT r.id, r.employee_id, r.n, r.action, r.at, r.committed_at, r.status, r.place_id, r.zone,
       r.claimed_at, r.policy_version, attendance.told(r) AS evidence, r.photo_id, r.source,
       EXISTS (SELECT FROM attendance.photo AS p
               WHERE p.id = r.photo_id AND p.expires_at > now()) AS has_photo
FROM attendance.record AS r
WHERE r.status IN ('review', 'pending')
  AND r.employee_id <> %(not_of)s
  AND (%(ids)s::bigint[] IS NULL OR r.employee_id = ANY(%(ids)s))
  AND (%(site_id)s::bigint IS NULL OR r.site_id = %(site_id)s)
  AND (%(after)s::bigint IS NULL OR r.id > %(after)s)
  AND for_the_reason_wanted
ORDER BY r.id LIMIT %(limit)s

-- :name decided
-- What people have decided, the newest first.
SELECT r.id, r.employee_id, r.n, r.action, r.at, r.committed_at, r.status, r.place_id, r.zone,
       r.claimed_at, r.policy_version, attendance.told(r) AS evidence, r.photo_id, r.source,
       EXISTS (SELECT FROM attendance.photo AS p
               WHERE p.id = r.photo_id AND p.expires_at > now()) AS has_photo,
       d.id AS decision_id, d.decided_by, d.verdict, d.reason, d.at AS decided_at
FROM attendance.decision AS d JOIN attendance.record AS r ON r.id = d.record_id
WHERE d.undone_at IS NULL
  AND d.employee_id <> %(not_of)s
  AND (%(ids)s::bigint[] IS NULL OR d.employee_id = ANY(%(ids)s))
  AND (%(site_id)s::bigint IS NULL OR r.site_id = %(site_id)s)
  AND (%(after)s::bigint IS NULL OR d.id < %(after)s)
  AND for_the_reason_wanted
ORDER BY d.id DESC LIMIT %(limit)s

-- :name reason
-- Why record r is or was in doubt: the same as domain/reviews.py says, which a test holds to it.
-- Asked for before the page is cut off, so that a page is as full as it can be.
(%(reason)s::text IS NULL OR %(reason)s = (
    SELECT CASE
        WHEN r.status = 'pending' THEN 'face_pending'
        WHEN seen.live IN ('review', 'reject') THEN 'liveness_doubtful'
        WHEN seen.face = 'review' THEN 'face_doubtful'
        WHEN seen.face = ANY(%(without_face)s) THEN 'without_face'
        WHEN seen.face = 'accept' AND seen.live IS NOT NULL THEN 'liveness_doubtful'
        WHEN seen.face IS NOT NULL THEN 'face_undecided'
        WHEN r.source = 'batch' THEN 'late_punch'
        WHEN seen.photo THEN 'face_undecided'
        ELSE 'other' END
    FROM (
        SELECT told ->> 'face' AS face, coalesce(told -> 'photo', 'false') = 'true' AS photo,
               CASE jsonb_typeof(told -> 'liveness') WHEN 'object' THEN told #>> '{liveness,decision}'
                    ELSE told ->> 'liveness' END AS live
        FROM attendance.told(r) AS told
    ) AS seen))

-- :name standing
SELECT id AS decision_id, record_id, decided_by, verdict, reason, at AS decided_at
FROM attendance.decision WHERE record_id = %(record_id)s AND undone_at IS NULL

-- :name decide
INSERT INTO attendance.decision
    (record_id, employee_id, decided_by, verdict, status_before, reason)
VALUES (%(record_id)s, %(employee_id)s, %(decided_by)s, %(verdict)s, %(status_before)s, %(reason)s)

-- :name undo
UPDATE attendance.decision SET undone_at = clock_timestamp()
WHERE id = %(id)s AND undone_at IS NULL

-- :name audit
INSERT INTO attendance.audit (actor, action, object, before, after, reason, request_id)
VALUES (%(actor)s, %(action)s, %(object)s, %(before)s::jsonb, %(after)s::jsonb, %(reason)s,
        %(request_id)s)
