DROP VIEW org.signing_keys, org.change_head, org.changes, org.team_members, org.teams,
    org.sites, org.people;
DROP TABLE auth.audit, auth.change, auth.change_head, auth.signing_key, auth.service_secret,
    auth.attempt, auth.refresh_token,
    auth.session, auth.team_manager, auth.team_member, auth.team,
    auth.person_role, auth.person, auth.site;
DROP FUNCTION auth.announce(text, bigint, text);
