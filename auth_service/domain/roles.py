"""Who gives whom which role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from common.errors import DomainError, conflict, forbidden, invalid
from common.identity import Role

GRANTABLE = frozenset(Role) - {Role.SERVICE}
_OLDER_WORDS = {"employee": Role.STAFF}
# The first of a person's roles in this order is the one that older clients are told.
_LEADING = (Role.ADMIN, Role.MANAGER, Role.TEACHER, Role.STUDENT, Role.STAFF, Role.DEVICE)


def named(word: str) -> Role:
    """The role that ``word`` means, in any capitals; raises ``invalid_request`` for no role."""
    text = word.casefold()
    try:
        role = _OLDER_WORDS.get(text) or Role(text)
    except ValueError as fault:
        raise invalid("There is no such role.", field="role") from fault
    if role not in GRANTABLE:
        raise invalid("There is no such role.", field="role")
    return role


def of_newcomer(site_says: str | None) -> Role:
    """What registration makes of somebody: staff, or student where the site says so."""
    return Role.STUDENT if site_says == Role.STUDENT else Role.STAFF


def registered(word: str | None, newcomer: Role, *, by_admin: bool) -> Role:
    """The role of an account registered with the wish ``word``.

    Nobody gives themself more than a newcomer's role: raises ``forbidden`` for another unless an
    admin asks.
    """
    if word is None:
        return newcomer
    wished = named(word)
    if by_admin or wished in {Role.STAFF, newcomer}:
        return wished
    raise forbidden("This role needs an invitation, or an admin.", code="invitation_required")


def invited(word: str | None, promised: Role) -> Role:
    """The role of an account registered with an invitation to be ``promised``.

    Raises ``forbidden`` when the wish ``word`` is for another one.
    """
    if word is None or named(word) is promised:
        return promised
    raise forbidden(
        f"This invitation is for the role {promised.value}.", code="invitation_for_another_role"
    )


def leading(roles: AbstractSet[Role]) -> str:
    """The one role told to clients that know only one, capitalised."""
    return next((role.value for role in _LEADING if role in roles), "service").capitalize()


def own_password() -> DomainError:
    """A session alone, perhaps a stolen one, is not enough to take an account over."""
    return forbidden("Change your own password with the one so far.", code="own_password")


def loses_admin(
    before: AbstractSet[Role], after: AbstractSet[Role], *, was_locked: bool, locked: bool
) -> bool:
    """Whether a change takes an admin away who could act until now."""
    could, can = Role.ADMIN in before and not was_locked, Role.ADMIN in after and not locked
    return could and not can


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is asked to become of somebody's rights.

    ``given`` are those of their ``roles`` that their directory gives; ``others`` tells whether
    there is another admin who may act, and is asked only where that matters.
    """

    own: bool
    username: str
    roles: AbstractSet[Role]
    wanted: AbstractSet[Role]
    was_locked: bool
    locked: bool
    sets_password: bool
    given: AbstractSet[Role]
    others: Callable[[], bool]


def refusals(change: Change) -> Iterator[tuple[str, DomainError]]:
    """Everything that stands in the way of a change, each with what of it is refused.

    That is ``roles``, ``locked`` or ``password``. Rights of one's own take a second admin; without
    an admin nobody could make one, but from the command line; and what a directory gives would be
    back at the next sign-in.
    """
    changes_roles = change.wanted != change.roles
    locks = change.locked and not change.was_locked
    if change.own:
        if changes_roles:
            yield "roles", forbidden("Nobody changes their own roles.", code="own_roles")
        if locks:
            yield "locked", forbidden("Nobody locks themself out.", code="own_lock")
        if change.sets_password:
            yield "password", own_password()
        return
    loses = loses_admin(
        change.roles, change.wanted, was_locked=change.was_locked, locked=change.locked
    )
    if loses and not change.others():
        yield (
            "locked" if locks else "roles",
            conflict("last_admin", "This is the last admin; make another one first."),
        )
    withdrawn = sorted(change.given - change.wanted)
    if changes_roles and withdrawn:
        yield (
            "roles",
            conflict(
                "role_of_directory",
                f"The directory gives {change.username} the role {withdrawn[0]}: withdraw it"
                " there, or lock the account.",
                role=withdrawn[0],
            ),
        )


def require_manager(roles: AbstractSet[Role]) -> None:
    """Raise a conflict unless somebody with ``roles`` can be made responsible for a team."""
    if Role.MANAGER not in roles:
        raise conflict("not_a_manager", "Only somebody with the role of manager leads a team.")
