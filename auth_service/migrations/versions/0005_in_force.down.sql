DROP VIEW IF EXISTS auth.invitation_in_force, auth.reset_link_in_force;
