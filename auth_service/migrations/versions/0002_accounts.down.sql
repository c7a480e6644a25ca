DROP VIEW auth.invitation_in_force, auth.reset_link_in_force;
DROP TABLE auth.invitation_team, auth.invitation, auth.reset_link, auth.challenge,
    auth.recovery_code, auth.second_factor;
