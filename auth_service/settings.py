"""What auth_service reads from its configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auth_service.directories.settings import Directories, read_directories
from auth_service.domain.attempts import Allowance, Allowances
from auth_service.domain.passwords import PasswordPolicy
from auth_service.domain.registration import Registration
from auth_service.passwords import common_words
from common.config import (
    CommonSettings,
    Secret,
    between,
    group,
    key_secret,
    one_of,
    port,
    secret,
    setting,
)
from common.tokens import private_key

_SHORTEST = 8
_SHORTEST_IN_DEMO = 4
#: The account as which this service asks the others.
OWN_SERVICE = "service:auth"
# The demo people's password is public: there the counters only spare the machine.
_DEMO_FACTOR = 100


def _registration(text: str) -> Registration:
    return Registration(one_of(*Registration)(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSettings(CommonSettings):
    """The settings of auth_service; the limits on failed log-ins are described in `Allowances`."""

    auth_port: int = setting("AUTH_PORT", port, 8001)
    auth_threads: int = setting("AUTH_THREADS", between(2, 64), 20)
    hashes_waiting: int = setting("AUTH_HASHES_WAITING", between(1, 60), 12)
    password_min_length: int | None = setting("PASSWORD_MIN_LENGTH", between(1, 64), None)
    registration: Registration = setting("REGISTRATION", _registration, Registration.OPEN)
    failures_per_account: int = setting("LOGIN_FAILURES_PER_ACCOUNT", between(3, 10_000), 100)
    failures_per_address: int = setting("LOGIN_FAILURES_PER_ADDRESS", between(3, 10_000), 50)
    failures_per_site: int = setting("LOGIN_FAILURES_PER_SITE", between(3, 1_000_000), 2_000)
    db_password: Secret = secret("db_auth")
    signing_key: Secret = secret("token_signing_key", private_key)
    refresh_key: Secret = key_secret("refresh_key")
    second_factor_key: Secret = key_secret("second_factor_key")
    badge_key: Secret = key_secret("badge_key")
    attendance_secret: Secret = secret("service_attendance")
    reporter_secret: Secret = secret("service_reporter")
    auth_secret: Secret = secret("service_auth")
    face_url: str = setting("FACE_URL", str, "http://127.0.0.1:8004")
    directories: Directories = group(read_directories)

    def unsafe(self) -> Iterator[tuple[str, str]]:
        """What `CommonSettings` finds, and passwords that may be too short."""
        yield from CommonSettings.unsafe(self)
        if self.app_env == "production" and (self.password_min_length or _SHORTEST) < _SHORTEST:
            yield "PASSWORD_MIN_LENGTH", f"must be at least {_SHORTEST} in production"

    def password_policy(self) -> PasswordPolicy:
        """Which passwords are taken: in demo mode short and common ones too."""
        if self.demo:
            return PasswordPolicy(self.password_min_length or _SHORTEST_IN_DEMO)
        return PasswordPolicy(max(_SHORTEST, self.password_min_length or 0), common_words())

    def allowances(self) -> Allowances:
        """How many log-ins may fail."""
        usual = Allowances()
        factor = _DEMO_FACTOR if self.demo else 1
        return Allowances(
            Allowance(self.failures_per_account * factor, usual.account.seconds),
            Allowance(self.failures_per_address * factor, usual.address.seconds),
            Allowance(self.failures_per_site * factor, usual.site.seconds),
        )

    def kiosk_factor(self) -> int:
        """By how much more may fail at a kiosk in demo mode than elsewhere."""
        return _DEMO_FACTOR if self.demo else 1

    def page_address(self) -> str:
        """Where people open the page: the first origin that was added, else the local page."""
        return next(iter(self.cors_origins), f"http://127.0.0.1:{self.client_port}")

    def page_url(self) -> str:
        """Where the page is, for whoever comes back from a provider without saying."""
        return f"{self.page_address()}/index.html"

    def service_secrets(self) -> dict[str, str]:
        """The secret of each service account."""
        return {
            "service:attendance": self.attendance_secret.reveal(),
            "service:reporter": self.reporter_secret.reveal(),
            OWN_SERVICE: self.auth_secret.reveal(),
        }
