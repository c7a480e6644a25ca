-- :name get
SELECT pin_hash, badge_mark, badge_hint FROM auth.kiosk_credential
WHERE employee_id = %(employee_id)s
FOR UPDATE

-- :name put
INSERT INTO auth.kiosk_credential (employee_id, pin_hash, badge_mark, badge_hint)
VALUES (%(employee_id)s, %(pin_hash)s, %(badge_mark)s, %(badge_hint)s)
ON CONFLICT (employee_id) DO UPDATE
SET pin_hash = EXCLUDED.pin_hash, badge_mark = EXCLUDED.badge_mark,
    badge_hint = EXCLUDED.badge_hint

-- :name drop
DELETE FROM auth.kiosk_credential WHERE employee_id = %(employee_id)s

-- :name named
-- Somebody whose username is another's number comes first: a name is what people choose to be known
-- by, and the PIN decides in any case.
SELECT p.employee_id, p.username, p.full_name, k.pin_hash
FROM auth.person p LEFT JOIN auth.kiosk_credential k USING (employee_id)
WHERE p.site_id = %(site_id)s AND p.locked_at IS NULL
  AND (p.username_key = %(username_key)s OR p.school_number = %(number)s
       OR p.employee_id = %(employee_id)s)
ORDER BY p.username_key = %(username_key)s DESC, p.school_number IS NOT DISTINCT FROM %(number)s DESC
LIMIT 1

-- :name badged
SELECT k.badge_mark, p.employee_id, p.username, p.full_name, k.pin_hash
FROM auth.kiosk_credential k JOIN auth.person p USING (employee_id)
WHERE k.badge_mark = ANY (%(marks)s::bytea[]) AND p.site_id = %(site_id)s AND p.locked_at IS NULL
