"""Joins the parts of attendance_service; nothing connects before a function here is called."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from attendance_service.domain.standstill import Standstill
from attendance_service.faces import FaceClient, FaceJobs
from attendance_service.kiosk_peers import KioskPeers
from attendance_service.rest.batch import BatchResource
from attendance_service.rest.kiosk import KioskResource
from attendance_service.rest.places import PlaceResource
from attendance_service.rest.privacy import PrivacyResource
from attendance_service.rest.punches import PunchResource
from attendance_service.rest.records import RecordResource
from attendance_service.rest.results import PATH as RESULTS
from attendance_service.rest.results import ResultResource, count
from attendance_service.rest.reviews import ReviewResource
from attendance_service.sequencer import HintSender
from attendance_service.service.batch import BatchCheckIn
from attendance_service.service.check_in import CheckIn
from attendance_service.service.kiosk import Kiosk
from attendance_service.service.ledger import Ledger
from attendance_service.service.places import PlaceService
from attendance_service.service.privacy import PrivacyService
from attendance_service.service.records import RecordService
from attendance_service.service.reviews import ReviewService
from attendance_service.service.verification import HandOver, ReceiveResult
from attendance_service.settings import Settings
from attendance_service.store.batch import Batches
from attendance_service.store.decisions import Purge
from attendance_service.store.feed import FeedStore
from attendance_service.store.kiosk import Tickets
from attendance_service.store.photos import Photos
from attendance_service.store.places import PlaceAdmin, PlaceBook
from attendance_service.store.privacy import Cleaning, PersonalData
from attendance_service.store.punches import Punches
from attendance_service.store.records import Records
from attendance_service.store.reviews import Reviews
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
from common.privacy.looks import Looks
from common.privacy.rest import AccessLogResource
from common.privacy.scrub import Scrub
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

    def clean(self, image: bytes, *, field: str = "image") -> bytes:
        """A re-encoded JPEG."""
        return self.reader.jpeg(image, field=field)


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
    reviews: ReviewService
    privacy: PrivacyService
    looks: Looks
    upkeep: Upkeep
    results: ReceiveResult
    hint: HintSender
    pictures: ImageReader
    kiosk: Kiosk
    peers: KioskPeers
    slowly: Database

    def close(self) -> None:
        """Stop following people's changes and let go of the database."""
        self.org.stop()
        self.hint.close()
        self.pictures.close()
        self.slowly.close()
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
    ledger = Ledger(punches, clock)
    check_in = CheckIn(ledger, book, faces, images, clock)
    batch = BatchCheckIn(Batches(db, photos, hint), book, org, images, clock)
    looks = Looks(db, "attendance")
    records = RecordService(
        records=Records(db),
        states=punches,
        photos=photos,
        looks=looks,
        people=org,
        feed=feed,
        clock=clock,
    )
    personal = PersonalData(db, photos, looks)
    slowly = Database(where, size=1, name=f"{name} upkeep", statement_ms=60_000)
    clean = Cleaning(personal, looks, Scrub(slowly, "attendance"), settings.look_days)
    verifications = VerificationStore(db, photos, hint)
    jobs = FaceJobs(settings.face_url, f"{settings.attendance_url.rstrip('/')}{RESULTS}", token)
    peers = KioskPeers(settings.auth_url, settings.face_url)
    kiosk = Kiosk(peers, Tickets(db), book, punches, org, images, ledger, clock)
    return Services(
        settings=settings,
        db=db,
        org=org,
        bus=bus,
        feed=feed,
        check_in=check_in,
        batch=batch,
        records=records,
        places=PlaceService(book, PlaceAdmin(db, book)),
        reviews=ReviewService(Reviews(db, hint), records.records, org, clock),
        privacy=PrivacyService(personal, org, clock, settings.look_days),
        looks=looks,
        upkeep=Upkeep(HandOver(verifications, jobs), Purge(db, clean=clean)),
        results=ReceiveResult(verifications, count),
        hint=hint,
        pictures=pictures,
        kiosk=kiosk,
        peers=peers,
        slowly=slowly,
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
    BatchResource(parts.batch, parts.peers).install(built.api)
    KioskResource(parts.kiosk).install(built.api)
    RecordResource(parts.records).install(built.api)
    PlaceResource(parts.places).install(built.api)
    accepted = webhooks.keys(settings.webhook_secret.reveal())
    ResultResource(parts.results, SystemClock(), accepted).install(built.api)
    ReviewResource(parts.reviews).install(built.api)
    PrivacyResource(parts.privacy).install(built.api)
    AccessLogResource(parts.looks, parts.org, "/api/v1/attendance/people/<person_id>").install(
        built.api
    )
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
    "/api/v1/attendance/kiosk/look": _BATCH,
    "/api/v1/attendance/kiosk/confirm": _WITH_PICTURE,
    "/attendance/batch": _BATCH,
    "/api/v1/attendance/batch": _BATCH,
}
