DROP TABLE auth.invitation_team, auth.invitation, auth.reset_link, auth.challenge,
    auth.recovery_code, auth.second_factor;
