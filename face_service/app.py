"""Joins the parts of face_service; nothing connects before a function here is called."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from common import logs
from common.audit.listing import AuditLines
from common.audit.rest import AuditResource
from common.bus import Bus
from common.clock import SystemClock
from common.db import Database
from common.httpkit.api import Api
from common.httpkit.app import answers, kit
from common.httpkit.edge import Wsgi
from common.imaging.reader import ImageReader
from common.org import OrgView, identifier
from common.periodic import Periodic
from common.privacy.looks import Looks
from common.privacy.rest import AccessLogResource
from common.privacy.scrub import Scrub
from common.sql import dsn
from common.vault import Vault
from face_service import engine, weights
from face_service.gallery import Galleries
from face_service.rest.comparing import ComparingResource
from face_service.rest.consenting import ConsentingResource
from face_service.rest.enrolling import EnrollingResource
from face_service.rest.identifying import IdentifyingResource
from face_service.rest.in_memory import InMemory
from face_service.rest.jobs import JobResource
from face_service.rest.liveness import LivenessResource
from face_service.rest.privacy import PrivacyResource
from face_service.service.access import Access
from face_service.service.comparing import Comparing
from face_service.service.consent_texts import ConsentTexts
from face_service.service.consenting import Consenting
from face_service.service.enrolling import Current, Enrolling
from face_service.service.identifying import Alarming, Identifying, Watch
from face_service.service.jobs import JobService
from face_service.service.liveness import Liveness
from face_service.service.privacy import PrivacyService
from face_service.settings import Settings
from face_service.store.alarms import Alarms, forget_alarms
from face_service.store.audit import Audit
from face_service.store.consents import Consents
from face_service.store.ending import Ending
from face_service.store.faces import Faces
from face_service.store.galleries import Sites, Templates
from face_service.store.jobs import Jobs, vault_of
from face_service.store.liveness import LivenessBook, forget_shown, key_of
from face_service.store.personal import PersonalData, Retention

MIB = 1 << 20
# Images of 5 MiB and what stands around them; one that is larger is still told which one it is.
_FIVE_IMAGES, _TWO_IMAGES = 26 * MIB, 16 * MIB
_SEVERAL = ("/faces", "/faces/verify", "/faces/liveness", "/faces/identify", "/jobs/verify")
_UPKEEP_EVERY = 600.0


class Resource(Protocol):
    """A part of the HTTP interface."""

    def install(self, api: Api) -> None:
        """Add its routes."""
        ...


@dataclass(frozen=True, slots=True)
class FaceApp:
    """A running service: its HTTP application, and what it keeps open."""

    wsgi: Wsgi
    org: OrgView
    images: ImageReader
    db: Database
    slowly: Database
    retention: Retention
    upkeep: Periodic

    def close(self) -> None:
        """End the threads and processes; what is still being answered is not disturbed."""
        self.upkeep.stop()
        self.org.stop()
        self.images.close()
        self.slowly.close()
        self.db.close()


@dataclass(frozen=True, slots=True)
class _Shared:
    """What several resources work with."""

    settings: Settings
    db: Database
    vault: Vault
    org: OrgView
    access: Access
    images: ImageReader
    engines: engine.Engines
    faces: Faces
    consents: Consents
    looks: Looks
    jobs: Jobs
    ending: Ending
    book: LivenessBook


def build(settings: Settings, models: Path) -> FaceApp:
    """Connect everything; the models load in the background."""
    engine.prepare()
    where = dsn(settings, "hazir_face", settings.database_password.reveal())
    db = Database(where, size=settings.threads + 1, name="face")
    slowly = Database(where, size=1, name="face upkeep", statement_ms=60_000)
    bus = Bus(settings.redis_url)
    org, vault, looks = OrgView(db), Vault(settings.face_key.key()), Looks(db, "face")
    images = ImageReader(size=settings.engines)
    engines = engine.Engines(
        lambda: engine.FaceEngine(models), count=settings.engines, queue=settings.queue
    )
    jobs = Jobs(db, vault_of(settings.face_key.key()))
    shared = _Shared(
        settings,
        db,
        vault,
        org,
        Access(org),
        images,
        engines,
        Faces(db, vault),
        Consents(db),
        looks,
        jobs,
        Ending(jobs.erase_of, (forget_shown, forget_alarms)),
        LivenessBook(db, key_of(settings.face_key.key()), settings.replay_days),
    )
    built = kit(
        settings,
        name="face_service",
        title="Hazir faces",
        identify=identifier(org, settings.token_issuer),
        strict_paths=("/",),
        most_bytes=_FIVE_IMAGES,
    )
    built.flask.request_class = InMemory
    for resource in (*_recognising(shared), *_keeping(shared)):
        resource.install(built.api)
    org.start(bus)
    engines.start(_no_models)
    checks = {
        "postgresql": answers(db),
        "redis": bus.up,
        "models": lambda: engines.ready,
        # Without one, what is compared later waits; everything else is answered.
        "workers": shared.jobs.workers,
    }
    wsgi = built.finish(checks, optional=frozenset({"redis", "workers"}))
    scrub = Scrub(slowly, "face")
    retention = Retention(
        db, looks, scrub, shared.ending, shared.book.purge, settings.face_days, settings.look_days
    )
    upkeep = Periodic("upkeep", _UPKEEP_EVERY, retention)
    upkeep.start()
    return FaceApp(wsgi, org, images, db, slowly, retention, upkeep)


def _recognising(shared: _Shared) -> tuple[Resource, ...]:
    """Whose face it is, whether somebody is there, and the photos that both are held against."""
    settings, db, access, images = shared.settings, shared.db, shared.access, shared.images
    engines, faces, rules = shared.engines, shared.faces, shared.settings.identification
    name, alarms = engine.engine_name(), Alarms(db)
    galleries = Galleries(Templates(db, shared.vault, name), shared.org, most=settings.gallery_most)
    shared.org.listeners.append(galleries.moved)
    current = Current(images, faces, name)
    liveness = Liveness(access, images, engines, shared.book, settings.liveness(), SystemClock())
    comparing = Comparing(access, images, engines, faces, Audit(db), current, settings.thresholds)
    enrolling = Enrolling(
        access=access,
        images=images,
        engines=engines,
        store=faces,
        consents=shared.consents,
        current=current,
        watch=Watch(galleries, rules),
        thresholds=settings.thresholds,
        limits=settings.limits,
        looks=shared.looks,
    )
    identifying = Identifying(images, engines, galleries, Sites(db), alarms, name, rules)
    return (
        ComparingResource(comparing, liveness),
        LivenessResource(liveness),
        EnrollingResource(enrolling),
        IdentifyingResource(identifying, Alarming(alarms)),
        JobResource(JobService(shared.jobs, images, settings.allow_list())),
    )


def _keeping(shared: _Shared) -> tuple[Resource, ...]:
    """What is agreed to and kept, and what people may ask of it."""
    settings, db, looks = shared.settings, shared.db, shared.looks
    texts = ConsentTexts(settings.face_days, settings.photo_days)
    personal = PersonalData(db, shared.faces, looks, shared.ending)
    return (
        ConsentingResource(Consenting(shared.access, shared.consents, personal, texts)),
        PrivacyResource(PrivacyService(shared.access, personal, SystemClock(), settings.look_days)),
        AccessLogResource(looks, shared.org, "/api/v1/people/<person_id>"),
        AuditResource(AuditLines(db, "face"), "/api/v1/faces/audit"),
    )


def limit_for(path: str) -> int:
    """The largest body that ``path`` takes, in bytes."""
    path = path.rstrip("/")
    if path.endswith(_SEVERAL):
        return _FIVE_IMAGES
    two = path.startswith("/api/v1/faces/") or path.endswith("/verify-face-async")
    return _TWO_IMAGES if two else MIB


def _no_models(fault: weights.WeightsMissing) -> None:
    logs.log().error("models missing", reason=str(fault))
