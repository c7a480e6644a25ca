"""Signing in, staying signed in, signing out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from auth_service.domain import attempts, sessions, usernames
from auth_service.domain.attempts import Counter
from auth_service.domain.sessions import Presented, Verdict
from auth_service.service.arrivals import Arrivals
from auth_service.service.ending import revoke_all
from auth_service.service.gate import Gate, challenge_over
from auth_service.service.ports import Store, TokenSigner, Work
from auth_service.service.proving import Attempt, Lost, Photo, Proved, Proving, invalid_credentials
from auth_service.service.throttle import Charge, Throttle
from auth_service.service.values import Account, NewSession
from common.clock import Clock
from common.errors import unauthenticated


@dataclass(frozen=True, slots=True)
class Device:
    """What a sign-in comes from: the program's description of itself, and a network address."""

    agent: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a person signed in with gets; ``expires_in`` and ``refresh_expires_in`` are seconds."""

    account: Account
    access_token: str
    expires_in: int
    refresh_token: str | None = None
    refresh_expires_in: int = 0


class Sessions:
    """Sessions, each of which is revoked by its id. ``changed`` hastens the news of a change."""

    def __init__(
        self,
        store: Store,
        signer: TokenSigner,
        clock: Clock,
        *,
        proving: Proving,
        arrivals: Arrivals,
        refresh_key: bytes,
        throttle: Throttle,
        gate: Gate,
        changed: Callable[[], None],
        photos: Callable[[int, Photo], None] | None = None,
    ) -> None:
        self._store = store
        self._signer = signer
        self._clock = clock
        self._proving = proving
        self._arrivals = arrivals
        self._photos = photos
        self._refresh_key = refresh_key
        self._throttle = throttle
        self._gate = gate
        self._changed = changed

    def log_in(
        self,
        username: str,
        password: str,
        device: Device,
        life: timedelta,
        otp: str | None = None,
        directory: str | None = None,
    ) -> Grant:
        """A new session with an access token of ``life``, proved in ``directory`` if one is named.

        Raises ``invalid_credentials``, ``rate_limited`` when too many have failed or wait,
        ``directory_unavailable``, and what `enter` raises. Nothing outside is asked before the
        attempt is counted: nobody guesses the institution's passwords through this service.
        """
        self._proving.check_choice(directory)
        with self._proving.turn() as turn:
            account, charge = self._charge(usernames.key_of(username), device.address)
            attempt = Attempt(username=username, password=password, account=account, turn=turn)
            local = self._proving.locally(attempt)
        proved = self._proving.ask(attempt, directory, local)
        if isinstance(proved, Lost):
            self._arrivals.lost(proved.account)
            raise invalid_credentials()
        return self.enter(proved, device, life, charge.counters, otp)

    def enter(
        self,
        proved: Proved,
        device: Device,
        life: timedelta,
        counters: Sequence[Counter] = (),
        otp: str | None = None,
    ) -> Grant:
        """Let in somebody whose identity is proved; the attempt is taken back from ``counters``.

        Raises what `Arrivals.settled` and `admit` raise.
        """
        account = self._arrivals.settled(proved, counters)
        grant = self.admit(account, device, life, otp)
        if proved.photo is not None and self._photos is not None:
            self._photos(account.employee_id, proved.photo)
        return grant

    def admit(
        self, account: Account, device: Device, life: timedelta, otp: str | None = None
    ) -> Grant:
        """Let in somebody whose identity is proved, whichever way, past their second factor.

        Raises ``second_factor_required`` (with a challenge, see `answer`) when there is one and no
        ``otp``, ``invalid_code``, ``rate_limited``.
        """
        with self._store.begin() as work:
            held = _still(work, account)
            if not work.factors.enabled(held.employee_id):
                return self.open(work, held, device, life)
            asked = None if otp else self._gate.challenge(work, held.employee_id)
        if asked:
            raise asked
        charge = self._gate.charge(account.employee_id, device.address)
        with self._store.begin() as work:
            held = _still(work, account)
            self._gate.consume(work, held.employee_id, otp or "")
            work.sessions.refund(charge.counters)
            return self.open(work, held, device, life)

    def answer(self, challenge: str, code: str, device: Device, life: timedelta) -> Grant:
        """A session for the sign-in that waits under ``challenge``, which is thereby over.

        Raises ``challenge_over``, ``invalid_code``, ``rate_limited``.
        """
        employee_id, charge = self._gate.answering(challenge, device.address)
        with self._store.begin() as work:
            account = work.people.hold(employee_id)
            self._gate.consume(work, employee_id, code)
            ended = work.factors.end_challenge(sessions.fingerprint(challenge))
            if not ended or account is None or account.locked or not account.roles:
                raise challenge_over()
            work.sessions.refund(charge.counters)
            return self.open(work, account, device, life)

    def open(self, work: Work, account: Account, device: Device, life: timedelta) -> Grant:
        """Begin a session within ``work``, for somebody whose identity is proved."""
        sid = self._new_session(work, account, device, sessions.SESSION_LIFE)
        token = sessions.new_refresh_token()
        work.sessions.add_token(sid, 0, sessions.fingerprint(token))
        until = self._clock.now() + sessions.SESSION_LIFE
        return self._grant(account, sid, life, token, until)

    def refresh(self, token: str) -> Grant:
        """The next pair of tokens for a refresh token; raises ``unauthenticated``.

        A token older than the newest one's predecessor ends the session: two parties hold it.
        """
        with self._store.begin() as work:
            found = work.sessions.presented(sessions.fingerprint(token))
            verdict = sessions.judge(found, self._clock.now()) if found else Verdict.ENDED
            if found and verdict is Verdict.STOLEN:
                work.sessions.revoke(found.sid)
                work.journal.announce_session(found.employee_id, found.sid)
            grant = self._succeed(work, token, found, verdict) if found else None
        if verdict is Verdict.STOLEN:
            self._changed()
        if grant is None:
            raise unauthenticated()
        return grant

    def log_out(self, sid: str) -> None:
        """End the session ``sid``; one that has ended already is no fault."""
        with self._store.begin() as work:
            whose = work.sessions.revoke(sid)
            if whose is not None:
                work.journal.announce_session(whose, sid)
        if whose is not None:
            self._changed()

    def log_out_by_token(self, token: str) -> None:
        """End the session of a refresh token, however old; raises ``unauthenticated``."""
        with self._store.begin() as work:
            found = work.sessions.presented(sessions.fingerprint(token))
        if found is None:
            raise unauthenticated()
        self.log_out(found.sid)

    def log_out_all(self, employee_id: int) -> None:
        """End every session of a person."""
        with self._store.begin() as work:
            revoke_all(work, employee_id)
        self._changed()

    def client_credentials(self, client_id: str, secret: str, device: Device) -> Grant:
        """A short token for a service; raises ``invalid_credentials``."""
        offered = sessions.fingerprint(secret)
        with self._store.begin() as work:
            whose, kept = work.keys.service(client_id) or (0, bytes(len(offered)))
            right = secrets.compare_digest(offered, kept)
            account = work.people.by_id(whose) if right else None
            if account is None or account.locked:
                raise invalid_credentials()
            sid = self._new_session(work, account, device, sessions.SHORT_ACCESS)
            return self._grant(account, sid, sessions.SHORT_ACCESS, None, None)

    def _charge(self, key: str, address: str) -> tuple[Account | None, Charge]:
        """The account, once the attempt is counted; the count outlives the refusal."""
        with self._store.begin() as work:
            account = work.people.by_name(key)
            whose = account.employee_id if account else None
            charge = self._throttle.account(work, key, address, whose)
        charge.check()
        return account, charge

    def _new_session(self, work: Work, account: Account, device: Device, life: timedelta) -> str:
        sid = secrets.token_urlsafe(16)
        work.sessions.open(
            NewSession(
                sid=sid,
                employee_id=account.employee_id,
                device=sessions.device_name(device.agent),
                address=device.address,
                network=attempts.network_of(device.address),
                expires_at=self._clock.now() + life,
            )
        )
        return sid

    def _succeed(self, work: Work, token: str, found: Presented, verdict: Verdict) -> Grant | None:
        if verdict not in {Verdict.ROTATE, Verdict.REPEAT}:
            return None
        following = sessions.successor(token, self._refresh_key)
        if verdict is Verdict.ROTATE:
            newest = found.newest + 1
            work.sessions.add_token(found.sid, newest, sessions.fingerprint(following))
            work.sessions.rotated(found.sid, newest, self._clock.now())
        elif not work.sessions.presented(sessions.fingerprint(following)):
            # The key from which successors are made has been changed in between.
            return None
        account = work.people.by_id(found.employee_id)
        if account is None:
            return None
        return self._grant(account, found.sid, sessions.SHORT_ACCESS, following, found.expires_at)

    def _grant(
        self,
        account: Account,
        sid: str,
        life: timedelta,
        refresh_token: str | None,
        until: datetime | None,
    ) -> Grant:
        now = self._clock.now()
        seconds = int(life.total_seconds())
        issued = int(now.timestamp())
        claims = {
            "sub": account.username,
            "employee_id": account.employee_id,
            "user_id": account.employee_id,
            "user_school_number": account.school_number,
            "roles": sorted(account.roles),
            "sid": sid,
            "jti": secrets.token_urlsafe(16),
            "iat": issued,
            "exp": issued + seconds,
        }
        return Grant(
            account=account,
            access_token=self._signer.sign(claims),
            expires_in=seconds,
            refresh_token=refresh_token,
            refresh_expires_in=round((until - now).total_seconds()) if until else 0,
        )


def _still(work: Work, account: Account) -> Account:
    """``account`` as it is now, kept so until ``work`` ends.

    Proving takes time. Raises ``invalid_credentials`` when it was locked meanwhile, or when the
    password that was right is not the password any more.
    """
    held = work.people.hold(account.employee_id)
    if held is None or held.locked:
        raise invalid_credentials()
    if account.password_hash is not None:
        proof = work.own.proof(account.employee_id)
        if proof is None or proof.password_hash != account.password_hash:
            raise invalid_credentials()
    return held
