"""Joins the parts of auth_service; nothing connects before a function here is called."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from auth_service.directories.build import Built, build
from auth_service.directories.seal import JourneySeal
from auth_service.ground import Ground, ground
from auth_service.passwords import Passwords
from auth_service.rest.bulk import IMPORT, BulkResource
from auth_service.rest.invitations import InvitationResource
from auth_service.rest.kiosk import KioskResource
from auth_service.rest.oidc import OidcResource
from auth_service.rest.own import OwnResource
from auth_service.rest.register import RegisterResource
from auth_service.rest.resets import ResetResource
from auth_service.rest.roles import RoleResource
from auth_service.rest.second_factor import SecondFactorResource
from auth_service.rest.sessions import SessionResource
from auth_service.rest.sites import SiteResource
from auth_service.rest.teams import TeamResource
from auth_service.rest.tokens import TokenResource
from auth_service.rest.users import UserResource
from auth_service.service.accounts import Accounts
from auth_service.service.arrivals import Arrivals
from auth_service.service.browser import Browser
from auth_service.service.bulk import Bulk
from auth_service.service.demo import Demo
from auth_service.service.invitations import Invitations
from auth_service.service.keeping import Keeping
from auth_service.service.kiosk import Kiosk
from auth_service.service.own import Own
from auth_service.service.people import People
from auth_service.service.proving import Proving
from auth_service.service.resets import Resets
from auth_service.service.schedules import Schedules
from auth_service.service.second_factor import SecondFactors
from auth_service.service.sessions import Device, Sessions
from auth_service.service.signing import Signing
from auth_service.service.sites import Sites
from auth_service.settings import OWN_SERVICE, AuthSettings
from common import logs
from common.audit.listing import AuditLines
from common.audit.rest import AuditResource
from common.bus import Bus
from common.clock import Clock, SystemClock
from common.db import Database
from common.errors import DomainError
from common.httpkit.app import answers, kit
from common.httpkit.edge import Wsgi
from common.org import OrgView, identifier

if TYPE_CHECKING:
    from auth_service.directories.photos import Photos

_TIDY_EVERY = 600.0
_LOOK_FOR_KEY_EVERY = 1.0
_KIB = 1024
_LARGEST_BODY = 64 * _KIB
_LARGEST_FILE = 1024 * _KIB


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
    own: Own
    factors: SecondFactors
    kiosk: Kiosk
    resets: Resets
    invitations: Invitations
    bulk: Bulk
    demo: Demo
    directories: Built
    browser: Browser
    schedules: Schedules
    photos: Photos | None
    stop: threading.Event = field(default_factory=threading.Event)

    def close(self) -> None:
        """End the threads and connections."""
        self.stop.set()
        self.org.stop()
        if self.photos:
            self.photos.close()
        self.passwords.close()
        self.db.close()


def parts(settings: AuthSettings, clock: Clock | None = None) -> Parts:
    """Everything that a process of this service works with; it connects when first used."""
    on = ground(settings, clock or SystemClock())
    store, changed, passwords, throttle = on.store, on.changed, on.passwords, on.throttle
    chosen, policy = settings.directories, settings.password_policy()
    built = build(chosen, demo=settings.demo, clock=on.clock, public_url=settings.token_issuer)
    photos = _photos(settings, lambda: own_token(sessions, settings))
    sessions = Sessions(
        store,
        on.signing,
        on.clock,
        proving=Proving(passwords, built.local, built.with_password, chosen.order),
        arrivals=Arrivals(store, changed, site=chosen.site),
        refresh_key=settings.refresh_key.key(),
        throttle=throttle,
        gate=on.gate,
        changed=changed,
        photos=photos.offer if photos else None,
    )
    invitations = Invitations(store, on.clock, throttle)
    seal = JourneySeal(_derived(settings.refresh_key.key(), b"hazir journey"))
    accounts = Accounts(
        store,
        sessions,
        invitations,
        password_thread=passwords,
        policy=policy,
        registration=settings.registration,
        changed=changed,
    )
    own = Own(
        store, on.clock, accounts, password_thread=passwords, throttle=throttle, changed=changed
    )
    return Parts(
        settings=settings,
        db=on.db,
        bus=on.bus,
        org=on.org,
        signing=on.signing,
        passwords=passwords,
        keeping=on.keeping,
        sessions=sessions,
        accounts=accounts,
        people=People(store, accounts, changed),
        sites=Sites(store, changed),
        own=own,
        factors=SecondFactors(store, on.clock, on.vault, on.gate, own),
        kiosk=_kiosk(settings, on),
        resets=Resets(store, on.clock, accounts, throttle, changed),
        invitations=invitations,
        bulk=Bulk(store, password_thread=passwords, policy=policy, changed=changed),
        demo=Demo(store, passwords, changed),
        directories=built,
        browser=Browser(store, sessions, built.by_redirect, seal, on.clock),
        schedules=Schedules(store),
        photos=photos,
    )


def _kiosk(settings: AuthSettings, on: Ground) -> Kiosk:
    return Kiosk(
        on.store,
        on.clock,
        password_thread=on.passwords,
        badge_key=settings.badge_key.key(),
        factor=settings.kiosk_factor(),
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
    SessionResource(built.sessions, built.schedules).install(made.api)
    OidcResource(
        built.browser,
        built.directories.shown,
        origins,
        settings.page_url(),
        registration=settings.registration,
        demo=settings.demo,
    ).install(made.api)
    TokenResource(built.sessions, built.keeping, identify, origins).install(made.api)
    RegisterResource(built.accounts, identify).install(made.api)
    OwnResource(built.own).install(made.api)
    SecondFactorResource(built.factors, built.sessions, origins).install(made.api)
    KioskResource(built.kiosk).install(made.api)
    ResetResource(built.resets, origins, settings.page_address()).install(made.api)
    InvitationResource(built.invitations).install(made.api)
    RoleResource(built.people).install(made.api)
    BulkResource(built.bulk).install(made.api)
    UserResource(built.people, built.accounts).install(made.api)
    SiteResource(built.sites).install(made.api)
    TeamResource(built.sites).install(made.api)
    AuditResource(AuditLines(built.db, "auth"), "/api/v1/audit").install(made.api)
    checks = {"postgresql": answers(built.db), "redis": built.bus.up}
    return made.finish(checks, optional=frozenset({"redis"}))


def limit_for(path: str) -> int:
    """The largest body of ``path`` in bytes."""
    return _LARGEST_FILE if path.rstrip("/") == IMPORT else _LARGEST_BODY


def _photos(settings: AuthSettings, token: Callable[[], str]) -> Photos | None:
    """What hands photos over, where a directory has any."""
    if settings.directories.portal is None:
        return None
    # It brings an HTTP client along, which most installations need not hold.
    from auth_service.directories.photos import Photos

    return Photos(settings.face_url, token)


def own_token(sessions: Sessions, settings: AuthSettings) -> str:
    """A token with which this service asks the others."""
    secret = settings.auth_secret.reveal()
    return sessions.client_credentials(OWN_SERVICE, secret, Device("", "")).access_token


def _derived(key: bytes, purpose: bytes) -> bytes:
    """A key of its own for one purpose (RFC 5869)."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose).derive(key)


def _repeat(work: Callable[[], object], every: float, name: str, stop: threading.Event) -> None:
    """Do ``work`` every so many seconds; what fails is tried again."""
    while not stop.wait(every):
        try:
            work()
        except DomainError as fault:
            logs.log().warning(f"{name} failed", code=fault.code)
