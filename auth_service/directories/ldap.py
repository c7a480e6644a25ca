"""LDAP: the entry is searched for with an account of ours, then bound to with what was typed.

The connection is LDAPS or StartTLS with a verified certificate, plain on loopback alone. Referrals
are never followed, and a bind counts only when the server says afterwards whom it bound
(RFC 4532): it is no proof that nothing was complained about.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import ldap3
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_bytes, escape_filter_chars
from pyasn1.error import PyAsn1Error

from auth_service.directories.outside import Line, Outside
from auth_service.directories.settings import LdapSettings
from auth_service.domain import directories
from auth_service.domain.directories import Identity, Refusal
from auth_service.service.proving import (
    Attempt,
    DirectoryKind,
    Proved,
    directory_unavailable,
)
from common import logs

_SUCCESS, _NO_PASSWORD, _WRONG = 0, 48, 49
_SECONDS = 5
_MOST_GROUPS = 1000
_BINARY = "hex:"
# Active Directory's word for an account that is disabled (533) or has expired (701).
_DISABLED = re.compile(r"\bdata (?:533|701)\b")
_Outcome = Proved | Refusal


@dataclass(frozen=True, slots=True)
class _Entry:
    """A person's entry: where it stands, and its attributes as they were sent."""

    dn: str
    attributes: Mapping[str, Sequence[bytes]]

    def texts(self, name: str) -> list[str]:
        """The values of an attribute that are text."""
        lowered = {key.lower(): values for key, values in self.attributes.items()}
        return [value.decode("utf-8", "replace") for value in lowered.get(name.lower(), ())]

    def first(self, name: str) -> str:
        """The first value of an attribute, or an empty text."""
        return next(iter(self.texts(name)), "") if name else ""

    def subject(self, name: str) -> str:
        """The one value of the attribute that never changes; raises without exactly one."""
        lowered = {key.lower(): values for key, values in self.attributes.items()}
        values = lowered.get(name.lower(), ())
        if len(values) != 1 or not values[0]:
            logs.log().error("ldap: an entry has no single subject attribute", attribute=name)
            raise directory_unavailable()
        try:
            text = values[0].decode("utf-8")
        except UnicodeDecodeError:
            text = ""
        # Active Directory's identifiers are binary.
        return text if text.isprintable() and text else _BINARY + values[0].hex()


class _VerifiedTls(ldap3.Tls):
    """TLS whose certificate OpenSSL verifies together with the host's name."""

    def __init__(self, host: str, ca_file: str) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._host = host
        self._context = ssl.create_default_context(cafile=ca_file or None)

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:  # noqa: ARG002
        """Put TLS on the connection's socket; the handshake is part of it in any case."""
        wrapped = self._context.wrap_socket(
            connection.socket, server_hostname=self._host, do_handshake_on_connect=False
        )
        connection.socket = wrapped
        wrapped.do_handshake()


class LdapDirectory:
    """One LDAP server, or several behind one name."""

    name = "ldap"
    kind: DirectoryKind = "ldap"

    def __init__(self, settings: LdapSettings, outside: Outside) -> None:
        self.label = settings.label
        self._settings = settings
        self._outside = outside
        self._tls = _VerifiedTls(settings.host, settings.ca_file) if settings.secure else None

    def verify(self, attempt: Attempt) -> Proved | Refusal:
        """Who the attempt proves somebody to be; nothing is asked with an empty password."""
        if not directories.usable(attempt.username, attempt.password):
            return Refusal.WRONG

        def ask(line: Line[_Outcome]) -> _Outcome:
            try:
                return self._verify(line, attempt)
            except (LDAPException, PyAsn1Error, OSError, ValueError, TypeError, KeyError) as fault:
                logs.log().warning("ldap does not answer", reason=type(fault).__name__)
                raise directory_unavailable() from None

        return self._outside.call(ask)

    def _verify(self, line: Line[_Outcome], attempt: Attempt) -> _Outcome:
        with self._bound(line, self._settings.bind_dn, self._settings.bind_password()) as service:
            if service.result["result"] != _SUCCESS:
                logs.log().error("ldap refuses the account that searches")
                raise directory_unavailable()
            entry = self._find(service, attempt)
            if isinstance(entry, Refusal):
                return entry
            groups = self._groups(service, entry)
        line.left()
        with self._bound(line, entry.dn, attempt.password) as own:
            code = own.result["result"]
            if code in {_WRONG, _NO_PASSWORD}:
                gone = _DISABLED.search(str(own.result.get("message") or ""))
                return Refusal.GONE if gone else Refusal.WRONG
            if code != _SUCCESS or not own.extend.standard.who_am_i():
                raise directory_unavailable()
        return Proved(directory=self.name, identity=self._identity(entry, attempt.username, groups))

    def _identity(self, entry: _Entry, typed: str, groups: Sequence[str]) -> Identity:
        settings = self._settings
        names = entry.texts(settings.login_attribute)
        number = entry.first(settings.number_attribute)
        return Identity(
            subject=entry.subject(settings.subject_attribute),
            username=next(name for name in names if directories.same_name(name, typed)),
            full_name=directories.clean(entry.first(settings.name_attribute)),
            school_number=directories.clean_number(number),
            roles=directories.roles_of(groups, settings.roles),
        )

    @contextmanager
    def _bound(
        self, line: Line[_Outcome], user: str, password: str | None
    ) -> Iterator[ldap3.Connection]:
        """A connection on which a bind was answered; ``result`` says how."""
        settings = self._settings
        server = ldap3.Server(
            settings.host,
            port=settings.port,
            use_ssl=settings.scheme == "ldaps",
            tls=self._tls,
            get_info=ldap3.NONE,
            connect_timeout=line.left(),
            allowed_referral_hosts=[],
        )
        connection = ldap3.Connection(
            server,
            user=user or None,
            password=password or None,
            authentication=ldap3.SIMPLE if user else ldap3.ANONYMOUS,
            client_strategy=ldap3.SYNC,
            auto_referrals=False,
            check_names=False,
            read_only=True,
            raise_exceptions=False,
            receive_timeout=_SECONDS,
        )
        line.cut = lambda: _shut(connection)
        try:
            connection.open(read_server_info=False)
            if settings.start_tls and not connection.start_tls(read_server_info=False):
                raise directory_unavailable()
            connection.bind(read_server_info=False)
            yield connection
        finally:
            _shut(connection)

    def _find(self, service: ldap3.Connection, attempt: Attempt) -> _Entry | Refusal:
        """The one entry with the name that was typed, as it was counted."""
        settings = self._settings
        name = escape_filter_chars(attempt.username)
        found = self._search(service, f"({settings.login_attribute}={name})")
        if len(found) > 1:
            logs.log().error("ldap has several entries of one name")
            raise directory_unavailable()
        if found:
            told = found[0].texts(settings.login_attribute)
            named = any(directories.same_name(text, attempt.username) for text in told)
            return found[0] if named else Refusal.WRONG
        if attempt.known is None or self._search(service, self._with_subject(attempt.known)):
            return Refusal.WRONG
        return Refusal.GONE

    def _with_subject(self, subject: str) -> str:
        text = escape_filter_chars(subject)
        if subject.startswith(_BINARY):
            text = escape_bytes(bytes.fromhex(subject.removeprefix(_BINARY)))
        return f"({self._settings.subject_attribute}={text})"

    def _search(self, service: ldap3.Connection, condition: str) -> list[_Entry]:
        settings = self._settings
        wanted = [
            settings.login_attribute,
            settings.subject_attribute,
            settings.name_attribute,
            settings.number_attribute,
            "" if settings.group_base else settings.group_attribute,
        ]
        return _entries(
            service,
            settings.base,
            f"(&{settings.filter}{condition})",
            [name for name in wanted if name],
            most=2,
        )

    def _groups(self, service: ldap3.Connection, entry: _Entry) -> list[str]:
        """The distinguished names of the person's groups."""
        settings = self._settings
        if not settings.group_base:
            return entry.texts(settings.group_attribute)
        condition = f"({settings.member_attribute}={escape_filter_chars(entry.dn)})"
        found = _entries(service, settings.group_base, condition, ["1.1"], most=_MOST_GROUPS)
        return [group.dn for group in found]


def _entries(
    service: ldap3.Connection, base: str, condition: str, attributes: list[str], *, most: int
) -> list[_Entry]:
    """What a search finds; anything but a plain success, a referral too, proves nothing."""
    service.search(
        base,
        condition,
        search_scope=ldap3.SUBTREE,
        dereference_aliases=ldap3.DEREF_NEVER,
        attributes=attributes,
        size_limit=most,
        time_limit=_SECONDS,
    )
    if service.result["result"] != _SUCCESS:
        logs.log().warning("ldap search failed", code=service.result["result"])
        raise directory_unavailable()
    return [
        _Entry(item["dn"], item["raw_attributes"])
        for item in service.response or ()
        if item["type"] == "searchResEntry"
    ]


def _shut(connection: ldap3.Connection) -> None:
    """Cut the connection, whatever it waits for."""
    shut = connection.socket
    with suppress(OSError, AttributeError):
        shut.shutdown(socket.SHUT_RDWR)
    with suppress(OSError, AttributeError):
        shut.close()
