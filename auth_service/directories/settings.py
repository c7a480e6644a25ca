"""Which directories there are, and how each is reached; every fault is told at the start."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from auth_service.domain.directories import LOCAL, parse_roles
from common.config import ConfigError, Secret, flag, group, load, read_secret, setting, words
from common.identity import Role

KINDS = (LOCAL, "ldap", "oidc", "portal")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9;.-]*")
_Roles = Mapping[str, frozenset[Role]]
_Part = TypeVar("_Part", "LdapSettings", "OidcSettings", "PortalSettings")


def is_loopback(host: str | None) -> bool:
    """Whether ``host`` is this machine, whatever a name server says."""
    return host in _LOOPBACK


def web_address(text: str) -> str:
    """An ``https`` address, or ``http`` on this machine; without user, query and fragment."""
    parts = urlsplit(text)
    plain = parts.scheme == "http" and is_loopback(parts.hostname)
    if not parts.hostname or not (parts.scheme == "https" or plain):
        raise ValueError("must be an https address (http on this machine only)")
    if parts.username or parts.password or parts.query or parts.fragment or parts.port == 0:
        raise ValueError("must be an address without user, query and fragment")
    return text


def _folder_address(text: str) -> str:
    return web_address(text).rstrip("/") + "/"


def _attribute(text: str) -> str:
    if not _ATTRIBUTE.fullmatch(text):
        raise ValueError("must be the name of an attribute")
    return text


def _filter(text: str) -> str:
    depth, lowest = 0, 1
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        lowest = min(lowest, depth)
    if not text.startswith("(") or not text.endswith(")") or depth or lowest < 0:
        raise ValueError("must be an LDAP filter in parentheses")
    return text


def _file(text: str) -> str:
    if not Path(text).is_file():
        raise ValueError("is no file")
    return text


def _ldap_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"ldap", "ldaps"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError("must be ldaps://host or ldap://host")
    if parts.query or parts.fragment or parts.username or parts.port == 0:
        raise ValueError("must be ldaps://host or ldap://host")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class LdapSettings:
    """How an LDAP server is asked; ``bind`` is the password of the account that searches."""

    label: str = setting("LDAP_LABEL", str, "LDAP")
    url: str = setting("LDAP_URL", _ldap_address)
    start_tls: bool = setting("LDAP_START_TLS", flag, False)
    ca_file: str = setting("LDAP_CA_FILE", _file, "")
    base: str = setting("LDAP_BASE", str)
    bind_dn: str = setting("LDAP_BIND_DN", str, "")
    filter: str = setting("LDAP_FILTER", _filter, "(objectClass=person)")
    login_attribute: str = setting("LDAP_LOGIN", _attribute, "uid")
    subject_attribute: str = setting("LDAP_SUBJECT", _attribute, "entryUUID")
    name_attribute: str = setting("LDAP_NAME", _attribute, "cn")
    number_attribute: str = setting("LDAP_NUMBER", _attribute, "")
    group_attribute: str = setting("LDAP_GROUP", _attribute, "memberOf")
    group_base: str = setting("LDAP_GROUP_BASE", str, "")
    member_attribute: str = setting("LDAP_MEMBER", _attribute, "member")
    roles: _Roles = setting("LDAP_ROLES", parse_roles)
    bind: Secret | None = group(lambda env: _secret("ldap_bind", env, "LDAP_BIND_DN"))

    @property
    def scheme(self) -> str:
        """``ldap`` or ``ldaps``."""
        return urlsplit(self.url).scheme

    @property
    def host(self) -> str:
        """The name that the certificate must have."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """389 or 636 unless the address says otherwise."""
        return urlsplit(self.url).port or (636 if self.scheme == "ldaps" else 389)

    @property
    def secure(self) -> bool:
        """Whether anything goes over TLS."""
        return self.scheme == "ldaps" or self.start_tls

    def bind_password(self) -> str | None:
        """The password of the account that searches, if there is one."""
        return self.bind.reveal() if self.bind else None

    def faults(self) -> list[str]:
        """What the values say together that none of them says alone."""
        found = []
        if self.scheme == "ldaps" and self.start_tls:
            found.append("LDAP_START_TLS: ldaps needs none")
        if not self.secure and not is_loopback(self.host):
            found.append("LDAP_URL: must be ldaps, or LDAP_START_TLS=1, beyond this machine")
        if not self.roles:
            found.append("LDAP_ROLES: gives nobody a role")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """How an OpenID provider is asked; a client that is not ``confidential`` has no secret."""

    label: str = setting("OIDC_LABEL", str, "OpenID Connect")
    issuer: str = setting("OIDC_ISSUER", web_address)
    client_id: str = setting("OIDC_CLIENT_ID", str)
    scopes: str = setting("OIDC_SCOPES", str, "openid profile")
    username_claim: str = setting("OIDC_USERNAME", str, "preferred_username")
    name_claim: str = setting("OIDC_NAME", str, "name")
    number_claim: str = setting("OIDC_NUMBER", str, "")
    groups_claim: str = setting("OIDC_GROUPS", str, "groups")
    roles: _Roles = setting("OIDC_ROLES", parse_roles)
    redirect_url: str = setting("OIDC_REDIRECT_URL", web_address, "")
    confidential: bool = setting("OIDC_CONFIDENTIAL", flag, True)
    client_secret: Secret | None = group(lambda env: _client_secret(env))

    def faults(self) -> list[str]:
        """What the values say together that none of them says alone."""
        found = []
        if "openid" not in self.scopes.split():
            found.append("OIDC_SCOPES: must contain openid")
        if not self.roles:
            found.append("OIDC_ROLES: gives nobody a role")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalSettings:
    """The addresses of a university's portal (Aksis of Istanbul University)."""

    label: str = setting("PORTAL_LABEL", str, "AKSİS")
    login_url: str = setting("AKSIS_LOGIN_URL", web_address)
    obs_url: str = setting("AKSIS_OBS_URL", _folder_address)
    schedule_url: str = setting("AKSIS_LESSON_SCHEDULE_URL", web_address)

    def faults(self) -> list[str]:
        """Each value stands for itself: the portal's pages may be on several servers."""
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Directories:
    """The directories in force; ``order`` names them as they are asked and shown."""

    order: Sequence[str] = (LOCAL,)
    site: str | None = None
    ldap: LdapSettings | None = None
    oidc: OidcSettings | None = None
    portal: PortalSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    order: tuple[str, ...] = setting("DIRECTORIES", words, (LOCAL,))
    site: str = setting("DIRECTORY_SITE", str, "")


def read_directories(env: Mapping[str, str]) -> Directories:
    """The directories that ``.env`` chooses; raises `ConfigError` with every fault of each."""
    chosen = load(_Chosen, env)
    faults = [f"DIRECTORIES: there is no {name}" for name in chosen.order if name not in KINDS]
    if len(set(chosen.order)) != len(chosen.order):
        faults.append("DIRECTORIES: names one twice")
    if LOCAL not in chosen.order:
        faults.append("DIRECTORIES: must contain local, where the administrators are")

    def part(name: str, cls: type[_Part]) -> _Part | None:
        if name not in chosen.order:
            return None
        try:
            made = load(cls, env)
        except ConfigError as several:
            faults.extend(several.faults)
            return None
        faults.extend(made.faults())
        return made

    found = Directories(
        order=chosen.order,
        site=chosen.site or None,
        ldap=part("ldap", LdapSettings),
        oidc=part("oidc", OidcSettings),
        portal=part("portal", PortalSettings),
    )
    if faults:
        raise ConfigError(faults)
    return found


def _secret(name: str, env: Mapping[str, str], variable: str) -> Secret | None:
    """The secret that the institution gave for ``variable``, when that is set."""
    if not env.get(variable):
        return None
    try:
        return read_secret(name, env)
    except ValueError as fault:
        raise ConfigError([f"secret {name}: {fault}"]) from fault


def _client_secret(env: Mapping[str, str]) -> Secret | None:
    public = env.get("OIDC_CONFIDENTIAL", "").strip().lower() in {"0", "false", "no", "off"}
    return None if public else _secret("oidc_client_secret", env, "OIDC_ISSUER")
