"""The directories that prove who somebody is: local, ldap, oidc and portal."""
