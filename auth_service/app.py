"""Joins the parts of auth_service; nothing connects before a function here is called."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from auth_service.passwords import Passwords
from auth_service.rest.register import RegisterResource
from auth_service.rest.sessions import SessionResource
from auth_service.rest.sites import SiteResource
from auth_service.rest.teams import TeamResource
from auth_service.rest.tokens import TokenResource
from auth_service.rest.users import UserResource
from auth_service.service.accounts import Accounts
from auth_service.service.demo import Demo
from auth_service.service.keeping import Keeping
from auth_service.service.people import People
from auth_service.service.sessions import Sessions
from auth_service.service.signing import Signing
from auth_service.service.sites import Sites
from auth_service.settings import AuthSettings
from auth_service.store.work import Store
from common import logs
from common.audit.listing import AuditLines
from common.audit.rest import AuditResource
from common.bus import CHANGED, Bus
from common.clock import Clock, SystemClock
from common.db import Database
from common.errors import DomainError
from common.httpkit.app import answers, kit
from common.httpkit.edge import Wsgi
from common.org import OrgView, identifier
from common.sql import dsn

_TIDY_EVERY = 600.0
_LOOK_FOR_KEY_EVERY = 1.0
_POOL = 6


@dataclass(frozen=True, slots=True)
class Parts:
    """The use cases of one process with what they share."""

    settings: AuthSettings
    db: Database
    bus: Bus
    org: OrgView
    signing: Signing
    passwords: Passwords
    keeping: Keeping
    sessions: Sessions
    accounts: Accounts
    people: People
    sites: Sites
    demo: Demo
    stop: threading.Event = field(default_factory=threading.Event)

    def close(self) -> None:
        """End the threads and connections."""
        self.stop.set()
        self.org.stop()
        self.passwords.close()
        self.db.close()


def parts(settings: AuthSettings, clock: Clock | None = None) -> Parts:
    """Everything that a process of this service works with; it connects when first used."""
    clock = clock or SystemClock()
    where = dsn(settings, "hazir_auth", settings.db_password.reveal())
    db = Database(where, size=_POOL, name="auth")
    bus = Bus(settings.redis_url)
    org = OrgView(db)
    changed = _teller(bus, org)
    store = Store(db)
    passwords = Passwords(waiting=settings.hashes_waiting)
    keeping = Keeping(store, clock, changed)
    signing = Signing(settings.signing_key.again, settings.token_issuer, keeping, clock)
    sessions = Sessions(
        store,
        signing,
        clock,
        password_thread=passwords,
        refresh_key=settings.refresh_key.key(),
        allowances=settings.allowances(),
        changed=changed,
    )
    accounts = Accounts(
        store,
        sessions,
        password_thread=passwords,
        policy=settings.password_policy(),
        changed=changed,
    )
    return Parts(
        settings=settings,
        db=db,
        bus=bus,
        org=org,
        signing=signing,
        passwords=passwords,
        keeping=keeping,
        sessions=sessions,
        accounts=accounts,
        people=People(store, accounts, changed),
        sites=Sites(store, changed),
        demo=Demo(store, passwords, changed),
    )


def start(built: Parts) -> None:
    """Publish the key, give the services their accounts, and follow the changes of people."""
    built.signing.start()
    built.keeping.ensure_services(built.settings.service_secrets())
    built.org.start(built.bus)
    for name, every, work in (
        ("tidy", _TIDY_EVERY, lambda: built.keeping.tidy(built.signing.kid)),
        ("keys", _LOOK_FOR_KEY_EVERY, built.signing.look),
    ):
        thread = threading.Thread(
            target=_repeat, args=(work, every, name, built.stop), name=name, daemon=True
        )
        thread.start()


def make_wsgi(built: Parts) -> Wsgi:
    """The HTTP application over ``built``."""
    settings = built.settings
    identify = identifier(built.org, settings.token_issuer)
    made = kit(
        settings,
        name="auth_service",
        title="Hazir auth",
        identify=identify,
        strict_paths=("/api/v1/auth",),
    )
    origins = settings.allowed_origins()
    SessionResource(built.sessions).install(made.api)
    TokenResource(built.sessions, built.keeping, identify, origins).install(made.api)
    RegisterResource(built.accounts, identify).install(made.api)
    UserResource(built.people, built.accounts).install(made.api)
    SiteResource(built.sites).install(made.api)
    TeamResource(built.sites).install(made.api)
    AuditResource(AuditLines(built.db, "auth"), "/api/v1/audit").install(made.api)
    checks = {"postgresql": answers(built.db), "redis": built.bus.up}
    return made.finish(checks, optional=frozenset({"redis"}))


def _teller(bus: Bus, org: OrgView) -> Callable[[], None]:
    """Hastens the news of a change: to the other processes, and to this one's own snapshot."""

    def changed() -> None:
        bus.publish(CHANGED)
        if org.fresh:
            try:
                org.refresh()
            except DomainError:
                # The change is committed; the snapshot says by itself when it is too old.
                logs.log().warning("snapshot not refreshed")

    return changed


def _repeat(work: Callable[[], object], every: float, name: str, stop: threading.Event) -> None:
    """Do ``work`` every so many seconds; what fails is tried again."""
    while not stop.wait(every):
        try:
            work()
        except DomainError as fault:
            logs.log().warning(f"{name} failed", code=fault.code)
