"""Joins the parts of face_service; nothing connects before a function here is called."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from common import logs
from common.audit.listing import AuditLines
from common.audit.rest import AuditResource
from common.bus import Bus
from common.db import Database
from common.httpkit.app import answers, kit
from common.httpkit.edge import Wsgi
from common.imaging.reader import ImageReader
from common.org import OrgView, identifier
from common.sql import dsn
from common.vault import Vault
from face_service import engine, weights
from face_service.rest.comparing import ComparingResource
from face_service.rest.consenting import ConsentingResource
from face_service.rest.enrolling import EnrollingResource
from face_service.rest.in_memory import InMemory
from face_service.rest.jobs import JobResource
from face_service.service.access import Access
from face_service.service.comparing import Comparing
from face_service.service.consenting import Consenting
from face_service.service.enrolling import Current, Enrolling
from face_service.service.jobs import JobService
from face_service.settings import Settings
from face_service.store.audit import Audit
from face_service.store.consents import Consents
from face_service.store.faces import Faces
from face_service.store.jobs import Jobs, vault_of

MIB = 1 << 20
# Images of 5 MiB and what stands around them; one that is larger is still told which one it is.
_FIVE_IMAGES, _TWO_IMAGES = 26 * MIB, 16 * MIB


@dataclass(frozen=True, slots=True)
class FaceApp:
    """A running service: its HTTP application, and what it keeps open."""

    wsgi: Wsgi
    org: OrgView
    images: ImageReader
    db: Database

    def close(self) -> None:
        """End the threads and processes; what is still being answered is not disturbed."""
        self.org.stop()
        self.images.close()
        self.db.close()


def build(settings: Settings, models: Path) -> FaceApp:
    """Connect everything; the models load in the background."""
    engine.prepare()
    db = Database(
        dsn(settings, "hazir_face", settings.database_password.reveal()),
        size=settings.threads + 1,
        name="face",
    )
    bus = Bus(settings.redis_url)
    org = OrgView(db)
    org.start(bus)
    images = ImageReader(size=settings.engines)
    engines = engine.Engines(
        lambda: engine.FaceEngine(models), count=settings.engines, queue=settings.queue
    )
    engines.start(_no_models)
    access, faces, consents = Access(org), Faces(db, Vault(settings.face_key.key())), Consents(db)
    jobs = Jobs(db, vault_of(settings.face_key.key()))
    current = Current(images, faces, engine.engine_name())
    built = kit(
        settings,
        name="face_service",
        title="Hazir faces",
        identify=identifier(org, settings.token_issuer),
        strict_paths=("/",),
        most_bytes=_FIVE_IMAGES,
    )
    built.flask.request_class = InMemory
    for resource in (
        ComparingResource(
            Comparing(access, images, engines, faces, Audit(db), current, settings.thresholds)
        ),
        ConsentingResource(Consenting(access, consents)),
        EnrollingResource(
            Enrolling(
                access,
                images,
                engines,
                faces,
                consents,
                current,
                settings.thresholds,
                settings.limits,
            )
        ),
        JobResource(JobService(jobs, images, settings.allow_list())),
    ):
        resource.install(built.api)
    AuditResource(AuditLines(db, "face"), "/api/v1/faces/audit").install(built.api)
    checks = {
        "postgresql": answers(db),
        "redis": bus.up,
        "models": lambda: engines.ready,
        # Without one, what is compared later waits; everything else is answered.
        "workers": jobs.workers,
    }
    return FaceApp(built.finish(checks, optional=frozenset({"redis", "workers"})), org, images, db)


def limit_for(path: str) -> int:
    """The largest body that ``path`` takes, in bytes."""
    path = path.rstrip("/")
    if path.endswith(("/faces", "/jobs/verify")):
        return _FIVE_IMAGES
    two = path.startswith("/api/v1/faces/") or path.endswith("/verify-face-async")
    return _TWO_IMAGES if two else MIB


def _no_models(fault: weights.WeightsMissing) -> None:
    logs.log().error("models missing", reason=str(fault))
