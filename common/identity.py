"""Who may do what: people, roles, and the one function that decides for every transport."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from common.errors import forbidden


class Role(StrEnum):
    """What a person, a device or a service is on this installation; one may hold several."""

    ADMIN = "admin"
    MANAGER = "manager"
    TEACHER = "teacher"
    STAFF = "staff"
    STUDENT = "student"
    DEVICE = "device"
    SERVICE = "service"


class Action(StrEnum):
    """Everything that is asked for permission."""

    PUNCH = "punch"
    READ_RECORDS = "read_records"
    READ_PHOTO = "read_photo"
    FOLLOW_FEED = "follow_feed"
    READ_PEOPLE = "read_people"
    READ_PLACES = "read_places"
    MANAGE_PEOPLE = "manage_people"
    INVITE = "invite"
    MANAGE_SITES = "manage_sites"
    MANAGE_POLICIES = "manage_policies"
    READ_AUDIT = "read_audit"
    READ_FACES = "read_faces"
    ENROL_FACE = "enrol_face"
    ERASE_FACE = "erase_face"
    GIVE_CONSENT = "give_consent"
    VERIFY_FACE = "verify_face"
    DETECT_FACE = "detect_face"
    IDENTIFY_FACE = "identify_face"
    HANDLE_ALARMS = "handle_alarms"
    SET_KIOSK = "set_kiosk"
    ATTEND_KIOSK = "attend_kiosk"
    #: Who looked at one's photos, a copy of one's data, its erasure.
    PERSONAL_DATA = "personal_data"
    #: What a doubtful record becomes.
    DECIDE_RECORD = "decide_record"
    SUBMIT_JOB = "submit_job"
    MANAGE_JOBS = "manage_jobs"


class Relation(StrEnum):
    """How the caller stands to the object."""

    OWN = "own"
    TEAM = "team"
    SITE = "site"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Person:
    """One account as auth_service shows it to the other services.

    ``team_ids`` are the teams the person belongs to, ``manages`` the teams the person is
    responsible for; ``zone`` is the IANA zone of the person's site.
    """

    employee_id: int
    username: str
    full_name: str
    roles: frozenset[Role]
    school_number: str | None = None
    locked: bool = False
    site_id: int | None = None
    zone: str = "UTC"
    biometrics: bool = False
    team_ids: frozenset[int] = frozenset()
    manages: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Subject:
    """A caller whose token held: who it is, in which session, until when (Unix seconds).

    ``key_id`` names the key that vouches for it: when that is withdrawn, the caller is nobody.
    """

    person: Person
    session_id: str
    expires_at: float
    key_id: str = ""

    @property
    def employee_id(self) -> int:
        """The caller's number."""
        return self.person.employee_id


@dataclass(frozen=True, slots=True)
class Object:
    """What is acted upon: whose it is and where. Without an owner it belongs to the site."""

    employee_id: int | None = None
    team_ids: frozenset[int] = frozenset()
    site_id: int | None = None


SYSTEM = Object()

_O, _T, _S, _A = Relation.OWN, Relation.TEAM, Relation.SITE, Relation.ANY
_PERSONAL = {
    Action.PUNCH: {_O},
    Action.READ_RECORDS: {_O},
    Action.READ_PHOTO: {_O},
    Action.FOLLOW_FEED: {_O},
    Action.READ_PLACES: {_A},
    Action.READ_PEOPLE: {_O},
    Action.READ_FACES: {_O},
    Action.ENROL_FACE: {_O},
    Action.ERASE_FACE: {_O},
    Action.GIVE_CONSENT: {_O},
    Action.VERIFY_FACE: {_O},
    Action.DETECT_FACE: {_A},
    Action.SET_KIOSK: {_O},
    Action.PERSONAL_DATA: {_O},
}
_TEAM_TOO = {
    Action.READ_RECORDS,
    Action.READ_PHOTO,
    Action.FOLLOW_FEED,
    Action.READ_PEOPLE,
    Action.READ_FACES,
    Action.ENROL_FACE,
    Action.ERASE_FACE,
    Action.VERIFY_FACE,
}

RULES: Mapping[Role, Mapping[Action, set[Relation]]] = {
    # Consent is given by the person alone, whoever else may do everything; it is a tablet that
    # people are known at, not somebody's own screen; and jobs are what services ask of each other.
    Role.ADMIN: {
        action: {_A}
        for action in Action
        if action not in {Action.GIVE_CONSENT, Action.ATTEND_KIOSK, Action.SUBMIT_JOB}
    }
    | {Action.PUNCH: {_O}, Action.GIVE_CONSENT: {_O}},
    Role.MANAGER: {
        action: relations | ({_T} if action in _TEAM_TOO else set())
        for action, relations in _PERSONAL.items()
    }
    | {Action.INVITE: {_T}, Action.DECIDE_RECORD: {_T}},
    Role.TEACHER: _PERSONAL,
    Role.STAFF: _PERSONAL,
    Role.STUDENT: _PERSONAL,
    Role.DEVICE: {
        Action.PUNCH: {_S},
        Action.READ_PLACES: {_S},
        Action.VERIFY_FACE: {_S},
        Action.DETECT_FACE: {_A},
        Action.IDENTIFY_FACE: {_S},
        Action.ATTEND_KIOSK: {_S},
    },
    # What a service may do is listed for it by name.
    Role.SERVICE: {},
}

SERVICE_RULES: Mapping[str, frozenset[Action]] = {
    "service:reporter": frozenset({Action.FOLLOW_FEED}),
    "service:attendance": frozenset({Action.VERIFY_FACE, Action.DETECT_FACE, Action.SUBMIT_JOB}),
    # The photo of a university's portal, where consent is given.
    "service:auth": frozenset({Action.READ_FACES, Action.ENROL_FACE}),
}


def relations(subject: Subject, target: Object) -> set[Relation]:
    """Every way in which ``subject`` stands to ``target``."""
    person = subject.person
    found = {Relation.ANY}
    if target.employee_id is not None and target.employee_id == person.employee_id:
        found.add(Relation.OWN)
    if not person.manages.isdisjoint(target.team_ids):
        found.add(Relation.TEAM)
    if target.site_id is not None and target.site_id == person.site_id:
        found.add(Relation.SITE)
    return found


def reach(subject: Subject, action: Action) -> set[Relation]:
    """The relations in which ``subject`` may do ``action``: what a list is narrowed to."""
    person = subject.person
    if person.locked:
        return set()
    if Role.SERVICE in person.roles:
        listed = SERVICE_RULES.get(person.username, frozenset())
        return {Relation.ANY} if action in listed else set()
    return {relation for role in person.roles for relation in RULES[role].get(action, ())}


def authorize(subject: Subject, action: Action, target: Object) -> bool:
    """Whether ``subject`` may do ``action`` to ``target``: for REST, gRPC and the feed alike."""
    return not reach(subject, action).isdisjoint(relations(subject, target))


def hears_of(subject: Subject, target: Object, *, refused: bool) -> bool:
    """Whether an event of ``target``'s owner is for ``subject`` to follow.

    A refused punch is told to those who manage, not to the person: the answer to the punch did.
    """
    seen_as = Object(None, target.team_ids, target.site_id) if refused else target
    return authorize(subject, Action.FOLLOW_FEED, seen_as)


def require(subject: Subject, action: Action, target: Object) -> None:
    """Raise ``forbidden`` unless `authorize` allows it."""
    if not authorize(subject, action, target):
        raise forbidden()


def object_of(person: Person) -> Object:
    """What belongs to ``person``: their records, photos and faces."""
    return Object(person.employee_id, person.team_ids, person.site_id)
