"""Who may what, written down a second time: the rules that the lines of the matrix name."""

from __future__ import annotations

from common.identity import Role
from tests.support.matrix import READERS


def everybody(_: Role | None, __: str) -> bool:
    """Also without a token."""
    return True


def nobody(_: Role | None, __: str) -> bool:
    """No token opens it: a signature does."""
    return False


def service(role: Role | None, _: str) -> bool:
    """attendance_service, which is listed for it; no person."""
    return role is Role.SERVICE


def signed_in(role: Role | None, _: str) -> bool:
    """Whoever has a token."""
    return role is not None


def admin(role: Role | None, relation: str) -> bool:
    """An admin, for whatever there is."""
    return role is Role.ADMIN and relation != "none"


def invites(role: Role | None, _: str) -> bool:
    """Admins, and managers for their own site."""
    return role in (Role.ADMIN, Role.MANAGER)


def reads(role: Role | None, relation: str) -> bool:
    """One's own; a manager's team; everything there is for an admin."""
    if role is Role.ADMIN:
        return relation != "none"
    if role is Role.MANAGER:
        return relation in ("own", "team")
    return role in READERS and relation == "own"


def leads(role: Role | None, relation: str) -> bool:
    """Those one answers for, oneself left out: what a manager's lists show."""
    return admin(role, relation) or (role is Role.MANAGER and relation == "team")


def leads_some(role: Role | None, _: str) -> bool:
    """Whoever answers for others at all."""
    return role in (Role.ADMIN, Role.MANAGER)


def board(role: Role | None, relation: str) -> bool:
    """Who is on the board: it is for those who answer for others."""
    return role in (Role.ADMIN, Role.MANAGER) and reads(role, relation)


def own_site(role: Role | None, relation: str) -> bool:
    """What belongs to one's own site; a service has none."""
    return admin(role, relation) or (
        role not in (None, Role.SERVICE) and relation in ("own", "team")
    )


def punches(role: Role | None, relation: str) -> bool:
    """Nobody punches for others, but a device for its site; a service for nobody."""
    if role is Role.DEVICE:
        return relation in ("own", "team")
    return role in READERS and relation == "own"


def owns(role: Role | None, relation: str) -> bool:
    """What concerns one's own data: the person, and an admin for everybody."""
    return admin(role, relation) or (role in READERS and relation == "own")


def decides(role: Role | None, relation: str) -> bool:
    """Those one answers for, and nobody a record of their own."""
    return leads(role, relation) and relation != "own"


def own(role: Role | None, relation: str) -> bool:
    """Only the person, whoever else may do everything."""
    return role in READERS and relation == "own"


def own_or_admin(role: Role | None, relation: str) -> bool:
    """The person, and admins; managers have no part in it."""
    return admin(role, relation) or own(role, relation)


def kiosk(role: Role | None, _: str) -> bool:
    """A tablet, and nobody's own screen."""
    return role is Role.DEVICE


def identifies(role: Role | None, relation: str) -> bool:
    """Among the people of any site there is for an admin, of its own for a device."""
    return admin(role, relation) or (role is Role.DEVICE and relation in ("own", "team"))


def verifies(role: Role | None, relation: str) -> bool:
    """As reading, and a device at its site, and attendance_service for everybody."""
    if role is Role.SERVICE:
        return relation != "none"
    return reads(role, relation) or (role is Role.DEVICE and relation in ("own", "team"))


def follows_all(role: Role | None, _: str) -> bool:
    """The whole feed is for services that are listed for it, and this caller is not."""
    return False
