-- Nobody's promise outlives their right to make it: the maker of a link is an admin still, that of
-- an invitation too, or for staff leads every team that is named.
CREATE OR REPLACE VIEW auth.reset_link_in_force AS
SELECT l.* FROM auth.reset_link l JOIN auth.person p ON p.employee_id = l.created_by
WHERE p.locked_at IS NULL AND EXISTS (
    SELECT 1 FROM auth.person_role r WHERE r.employee_id = p.employee_id AND r.role = 'admin');

CREATE OR REPLACE VIEW auth.invitation_in_force AS
SELECT i.* FROM auth.invitation i JOIN auth.person p ON p.employee_id = i.created_by
WHERE i.revoked_at IS NULL AND p.locked_at IS NULL
  AND EXISTS (
        SELECT 1 FROM auth.person_role r
        WHERE r.employee_id = p.employee_id AND (r.role = 'admin' OR (
              r.role = 'manager' AND i.role = 'staff'
              AND EXISTS (SELECT 1 FROM auth.invitation_team t WHERE t.invitation_id = i.id)
              AND NOT EXISTS (
                    SELECT 1 FROM auth.invitation_team t
                    WHERE t.invitation_id = i.id AND NOT EXISTS (
                          SELECT 1 FROM auth.team_manager m
                          WHERE m.team_id = t.team_id AND m.employee_id = p.employee_id)))));

GRANT SELECT ON auth.reset_link_in_force, auth.invitation_in_force TO hazir_auth;
