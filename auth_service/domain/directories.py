"""Who a directory proves somebody to be, and what that makes of them here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from auth_service.domain import usernames
from common.errors import DomainError
from common.identity import Role

LOCAL = "local"
EVERYBODY = "*"
#: Which roles a directory may give at all; admin only to a group that is named.
MAPPABLE = frozenset({Role.ADMIN, Role.MANAGER, Role.TEACHER, Role.STAFF, Role.STUDENT})
_LONGEST_NAME = 200
_LONGEST_NUMBER = 64
_LONGEST_SUBJECT = 255


class Refusal(Enum):
    """Why a directory proves nothing."""

    #: The name or the password is wrong, or the directory does not say more.
    WRONG = "wrong"
    #: The directory itself says that this person is not, or is no longer, one of its people.
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One lesson of a person's schedule."""

    name: str
    teacher: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody is, as their directory proves it.

    ``subject`` is the directory's own name for the person, which stays when the username or the
    name changes. ``lessons`` is ``None`` where the directory tells no schedule.
    """

    subject: str
    username: str
    full_name: str = ""
    school_number: str | None = None
    roles: frozenset[Role] = frozenset()
    lessons: Sequence[Lesson] | None = None


def usable(username: str, password: str) -> bool:
    """Whether a name and a password may be shown to a directory at all.

    A bind with an empty password succeeds without proving anything (RFC 4513, 5.1.2), a NUL ends
    the text for some servers, and spaces that a server overlooks would give one account several
    names, each with a counter of failures of its own.
    """
    if not password or "\0" in password:
        return False
    try:
        name = usernames.checked(username)
    except DomainError:
        return False
    return "  " not in name


def name_key(typed: str) -> str:
    """A name that a directory takes in any capitals, as the subject of its person."""
    return usernames.key_of(typed)


def same_name(told: str, typed: str) -> bool:
    """Whether the directory's name for an account is the one that was typed and counted."""
    return usernames.key_of(told) == usernames.key_of(typed)


def is_subject(subject: str) -> bool:
    """Whether a directory's own name for a person can be kept."""
    return 0 < len(subject) <= _LONGEST_SUBJECT and subject.isprintable()


def clean(text: str, longest: int = _LONGEST_NAME) -> str:
    """A name that another system tells, as it may be kept: printable, single-spaced, bounded."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:longest].strip()


def clean_number(text: str | None) -> str | None:
    """A school number that another system tells, or ``None`` for none that can be kept."""
    number = clean(text or "", _LONGEST_NUMBER + 1)
    return number if 0 < len(number) <= _LONGEST_NUMBER else None


def group_key(group: str) -> str:
    """What two spellings of one group share: capitals, and spaces in a distinguished name."""
    return re.sub(r"\s*([,=])\s*", r"\1", group.strip()).casefold()


def parse_roles(text: str) -> Mapping[str, frozenset[Role]]:
    """``group:role;group:role`` as the roles of each group; ``*`` is everybody.

    Raises ``ValueError`` for a word that is no role, and for a role that is not to be had this way.
    """
    found: dict[str, frozenset[Role]] = {}
    for entry in text.split(";"):
        if not entry.strip():
            continue
        group, separator, word = (part.strip() for part in entry.rpartition(":"))
        if not separator or not group:
            raise ValueError("must be group:role, separated by semicolons")
        try:
            role = Role(word)
        except ValueError:
            role = Role.SERVICE
        if role not in MAPPABLE:
            raise ValueError(f"{word} is no role that a directory gives")
        if role is Role.ADMIN and group == EVERYBODY:
            raise ValueError("admin is given to a group by name only")
        key = group_key(group)
        found[key] = found.get(key, frozenset()) | {role}
    return found


def roles_of(groups: Iterable[str], mapping: Mapping[str, frozenset[Role]]) -> frozenset[Role]:
    """The roles that ``mapping`` gives to a member of ``groups``."""
    keys = {group_key(group) for group in groups} | {EVERYBODY}
    return frozenset(role for key in keys for role in mapping.get(key, ()))


def roles_after(held: Mapping[Role, bool], given: AbstractSet[Role]) -> frozenset[Role]:
    """The roles of somebody after a sign-in.

    ``held`` says of each role whether the directory gave it: those stay only while the directory
    still gives them; what was given here stays.
    """
    return frozenset(role for role, by_directory in held.items() if not by_directory) | given


def withdraws_admin(held: Mapping[Role, bool], given: AbstractSet[Role]) -> bool:
    """Whether a sign-in takes the admin's role away that the directory gave."""
    return held.get(Role.ADMIN, False) and Role.ADMIN not in given


def asked(order: Sequence[str], chosen: str | None, known: str | None) -> list[str]:
    """The directories that a name and a password are shown to, in this order.

    ``chosen`` is the caller's own choice, ``known`` the directory of the account that has this
    name, ``order`` the configured ones that take passwords. A password of one directory's person
    is shown to no other: whoever runs the other must not learn it.
    """
    if chosen is not None:
        return [chosen]
    return [known] if known is not None else list(order)
