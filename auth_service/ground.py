"""What the use cases stand on: the database, the bus, the hashes, the keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auth_service.passwords import Passwords
from auth_service.service.gate import Gate
from auth_service.service.keeping import Keeping
from auth_service.service.signing import Signing
from auth_service.service.throttle import Throttle
from auth_service.settings import AuthSettings
from auth_service.store.work import Store
from common import logs
from common.bus import CHANGED, Bus
from common.clock import Clock
from common.db import Database
from common.errors import DomainError
from common.org import OrgView
from common.sql import dsn
from common.vault import Vault

_POOL = 6


@dataclass(frozen=True, slots=True)
class Ground:
    """What the use cases stand on."""

    clock: Clock
    db: Database
    bus: Bus
    org: OrgView
    store: Store
    changed: Callable[[], None]
    passwords: Passwords
    throttle: Throttle
    vault: Vault
    gate: Gate
    keeping: Keeping
    signing: Signing


def ground(settings: AuthSettings, clock: Clock) -> Ground:
    """All of it; it connects when first used."""
    where = dsn(settings, "hazir_auth", settings.db_password.reveal())
    db = Database(where, size=_POOL, name="auth")
    bus = Bus(settings.redis_url)
    org = OrgView(db)
    changed = _teller(bus, org)
    store = Store(db)
    throttle = Throttle(clock, settings.allowances())
    vault = Vault(settings.second_factor_key.key())
    keeping = Keeping(store, clock, changed)
    return Ground(
        clock=clock,
        db=db,
        bus=bus,
        org=org,
        store=store,
        changed=changed,
        passwords=Passwords(waiting=settings.hashes_waiting),
        throttle=throttle,
        vault=vault,
        gate=Gate(store, clock, vault, throttle),
        keeping=keeping,
        signing=Signing(settings.signing_key.again, settings.token_issuer, keeping, clock),
    )


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
