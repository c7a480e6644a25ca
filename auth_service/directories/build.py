"""Makes the configured directories; what one of them needs is loaded only where it is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auth_service.directories.local import LocalDirectory
from auth_service.directories.outside import Outside
from auth_service.directories.settings import Directories
from auth_service.service.proving import Directory, PasswordDirectory, RedirectDirectory
from common.clock import Clock


@dataclass(frozen=True, slots=True)
class Built:
    """The directories by what they can do, and all of them in the order in which they are shown."""

    local: LocalDirectory
    with_password: Mapping[str, PasswordDirectory]
    by_redirect: Mapping[str, RedirectDirectory]
    shown: list[Directory]


def build(chosen: Directories, *, demo: bool, clock: Clock, public_url: str) -> Built:
    """The directories of ``chosen``; ``public_url`` is where browsers find this service."""
    outside = Outside()
    with_password: dict[str, PasswordDirectory] = {}
    by_redirect: dict[str, RedirectDirectory] = {}
    if chosen.ldap:
        from auth_service.directories.ldap import LdapDirectory

        with_password["ldap"] = LdapDirectory(chosen.ldap, outside)
    if chosen.portal:
        from auth_service.directories.portal import PortalDirectory

        with_password["portal"] = PortalDirectory(chosen.portal, outside)
    if chosen.oidc:
        from auth_service.directories.oidc import OidcDirectory

        callback = f"{public_url.rstrip('/')}/api/v1/auth/oidc/oidc/callback"
        redirect_url = chosen.oidc.redirect_url or callback
        by_redirect["oidc"] = OidcDirectory(chosen.oidc, outside, clock, redirect_url)
    local = LocalDirectory(demo=demo)
    every: dict[str, Directory] = {local.name: local, **with_password, **by_redirect}
    return Built(local, with_password, by_redirect, [every[name] for name in chosen.order])
