"""Joins the parts of attendance_service; nothing connects before a function here is called."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from attendance_service.domain.standstill import Standstill
from attendance_service.faces import FaceClient, FaceJobs
from attendance_service.rest.batch import BatchResource
from attendance_service.rest.places import PlaceResource
from attendance_service.rest.punches import PunchResource
from attendance_service.rest.records import RecordResource
from attendance_service.rest.results import PATH as RESULTS
from attendance_service.rest.results import ResultResource, count
from attendance_service.sequencer import HintSender
from attendance_service.service.batch import BatchCheckIn
from attendance_service.service.check_in import CheckIn
from attendance_service.service.places import PlaceService
from attendance_service.service.records import RecordService
from attendance_service.service.verification import HandOver, ReceiveResult
from attendance_service.settings import Settings
from attendance_service.store.batch import Batches
from attendance_service.store.decisions import Purge
from attendance_service.store.feed import FeedStore
from attendance_service.store.photos import Photos
from attendance_service.store.places import PlaceAdmin, PlaceBook
from attendance_service.store.punches import Punches
from attendance_service.store.records import Records
from attendance_service.store.verifications import VerificationStore
from attendance_service.upkeep import Upkeep
from common import webhooks
from common.audit.listing import AuditLines
from common.audit.rest import AuditResource
from common.bus import Bus
from common.clock import SystemClock
from common.db import Database
from common.errors import Kind
from common.httpkit.app import answers, kit
from common.httpkit.edge import Wsgi
from common.imaging.reader import ImageReader
from common.org import OrgView, identifier
from common.service_token import ServiceToken
from common.sql import dsn
from common.vault import Vault

MIB = 1 << 20
#: A picture of 5 MiB in base64, in JSON, with what stands around it.
_WITH_PICTURE = 8 * MIB
#: 500 punches, some of them with small pictures.
_BATCH = 26 * MIB


@dataclass(frozen=True, slots=True)
class Images:
    """Untrusted picture bytes made harmless, by the shared reader."""

    reader: ImageReader

    def clean(self, image: bytes) -> bytes:
        """A re-encoded JPEG."""
        return self.reader.jpeg(image)


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases of one process with what they share."""

    settings: Settings
    db: Database
    org: OrgView
    bus: Bus
    feed: FeedStore
    check_in: CheckIn
    batch: BatchCheckIn
    records: RecordService
    places: PlaceService
    upkeep: Upkeep
    results: ReceiveResult
    hint: HintSender
    pictures: ImageReader

    def close(self) -> None:
        """Stop following people's changes and let go of the database."""
        self.org.stop()
        self.hint.close()
        self.pictures.close()
        self.db.close()


def services(settings: Settings, *, threads: int, name: str) -> Services:
    """Everything that a process of this service works with; begins to follow people's changes."""
    where = dsn(settings, "hazir_attendance", settings.database_password.reveal())
    db = Database(where, size=threads + 2, name=name)
    bus = Bus(settings.redis_url)
    org = OrgView(db)
    org.start(bus)
    clock = SystemClock()
    hint = HintSender(settings.hint)
    photos = Photos(db, Vault(settings.photo_key.key()), settings.photo_days)
    punches = Punches(db, photos, hint)
    book = PlaceBook(db)
    feed = FeedStore(db, settings.cursor_key.key())
    token = ServiceToken(settings.auth_url, "service:attendance", settings.service_secret.reveal())
    pictures = ImageReader(kind=Kind.UNSUPPORTED)
    images = Images(pictures)
    faces = FaceClient(settings.face_url, token)
    check_in = CheckIn(punches, book, faces, images, clock)
    batch = BatchCheckIn(Batches(db, photos, hint), book, org, images, clock)
    records = RecordService(
        records=Records(db), states=punches, photos=photos, people=org, feed=feed, clock=clock
    )
    places = PlaceService(book, PlaceAdmin(db, book))
    verifications = VerificationStore(db, photos, hint)
    jobs = FaceJobs(settings.face_url, f"{settings.attendance_url.rstrip('/')}{RESULTS}", token)
    return Services(
        settings=settings,
        db=db,
        org=org,
        bus=bus,
        feed=feed,
        check_in=check_in,
        batch=batch,
        records=records,
        places=places,
        upkeep=Upkeep(HandOver(verifications, jobs), Purge(db)),
        results=ReceiveResult(verifications, count),
        hint=hint,
        pictures=pictures,
    )


def make_wsgi(settings: Settings) -> Wsgi:
    """The HTTP application of one worker."""
    return http(services(settings, threads=settings.threads, name="attendance rest"))


def http(parts: Services) -> Wsgi:
    """The resources of `parts` as one HTTP application."""
    settings = parts.settings
    built = kit(
        settings,
        name="attendance_service",
        title="Hazir attendance",
        identify=identifier(parts.org, settings.token_issuer),
        strict_paths=("/api/v1/teacher", "/api/v1/student", "/api/v1/webhooks"),
        most_bytes=_BATCH,
    )
    PunchResource(parts.check_in, parts.records).install(built.api)
    BatchResource(parts.batch).install(built.api)
    RecordResource(parts.records).install(built.api)
    PlaceResource(parts.places).install(built.api)
    accepted = webhooks.keys(settings.webhook_secret.reveal())
    ResultResource(parts.results, SystemClock(), accepted).install(built.api)
    AuditResource(AuditLines(parts.db, "attendance"), "/api/v1/attendance/audit").install(built.api)
    line = Standstill()
    checks = {
        "postgresql": answers(parts.db),
        "redis": parts.bus.up,
        # Check-ins are durable without it; nobody would hear of them.
        "feed": lambda: not line.seen(parts.feed.waiting(), monotonic()),
    }
    return built.finish(checks, optional=frozenset({"redis", "feed"}))


def limit_for(path: str) -> int:
    """The largest body that ``path`` takes, in bytes."""
    return _LARGEST.get(path.rstrip("/"), MIB)


_LARGEST = {
    "/attendance": _WITH_PICTURE,
    "/api/v1/attendance/records": _WITH_PICTURE,
    "/attendance/batch": _BATCH,
    "/api/v1/attendance/batch": _BATCH,
}
