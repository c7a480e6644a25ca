"""Invitations: an account with a role, promised to whoever has the code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from auth_service.domain import codes
from auth_service.domain import invitations as rules
from auth_service.service.account_values import Invitation, NewInvitation
from auth_service.service.ports import Store, Work
from auth_service.service.rights import held
from auth_service.service.throttle import Charge, Throttle
from auth_service.service.values import Account, Decider
from common.clock import Clock, rfc3339
from common.errors import forbidden, invalid, not_found
from common.identity import SYSTEM, Action, Object, Relation, Role, Subject, authorize, reach


class Invitations:
    """Makes, shows and takes invitations."""

    def __init__(self, store: Store, clock: Clock, throttle: Throttle) -> None:
        self._store = store
        self._clock = clock
        self._throttle = throttle

    def make(
        self,
        subject: Subject,
        *,
        role: Role,
        site_id: int | None,
        team_ids: Sequence[int],
        expires_at: datetime | None,
        uses: int,
        note: str,
        request_id: str,
    ) -> tuple[Invitation, str]:
        """An invitation with its code, which is told now and never again.

        An admin invites anybody; a manager staff to the teams they lead.
        """
        ids = tuple(sorted(set(team_ids)))
        _check_may(subject, role, ids)
        until = rules.expiry(expires_at, self._clock.now())
        code = rules.new_code()
        with self._store.begin() as work:
            _check_may(held(work, subject), role, ids)
            site_id = _site(work, site_id, ids)
            new = NewInvitation(
                role=role,
                site_id=site_id,
                team_ids=ids,
                expires_at=until,
                uses=uses,
                note=note,
            )
            mark, hint = codes.fingerprint(code), rules.hint(code)
            number = work.invitations.add(new, mark, hint, subject.employee_id)
            _note(work, subject, request_id, "invitation.made", number, after=_shown(asdict(new)))
            made = work.invitations.get(number)
            assert made is not None
        return made, code

    def page(self, subject: Subject, before: int | None, limit: int) -> list[Invitation]:
        """All of them for an admin, their own for a manager; the newest first."""
        with self._store.begin() as work:
            return work.invitations.page(_whose(subject), before, limit)

    def change(
        self, subject: Subject, invitation_id: int, values: Mapping[str, Any], request_id: str
    ) -> Invitation:
        """Set ``expires_at``, ``uses``, ``note``, or revoke it (``revoked``) for good."""
        _whose(subject)
        now = self._clock.now()
        wanted = {name: value for name, value in values.items() if name != "revoked"}
        if "expires_at" in wanted:
            wanted["expires_at"] = rules.expiry(wanted["expires_at"], now)
        with self._store.begin() as work:
            whose = _whose(held(work, subject))
            before = work.invitations.get(invitation_id)
            if before is None or whose not in {None, before.created_by}:
                raise not_found()
            if values.get("revoked") and before.revoked_at is None:
                wanted["revoked_at"] = now
            if "uses" in wanted:
                rules.check_uses(wanted["uses"], before.used)
            old = {name: getattr(before, name) for name in wanted}
            if wanted == old:
                return before
            work.invitations.change(invitation_id, wanted)
            _note(
                work,
                subject,
                request_id,
                "invitation.changed",
                invitation_id,
                before=_shown(old),
                after=_shown(wanted),
            )
            after = work.invitations.get(invitation_id)
            assert after is not None
        return after

    def check(self, code: str, address: str) -> Invitation:
        """The invitation with this code; raises ``invitation_invalid``, ``rate_limited``."""
        found, charge = self.find(code, address)
        if found is None:
            raise rules.no_invitation()
        with self._store.begin() as work:
            work.sessions.refund(charge.counters)
        return found

    def find(self, code: str, address: str) -> tuple[Invitation | None, Charge]:
        """The invitation with this code if it is good, once the guess is counted."""
        with self._store.begin() as work:
            charge = self._throttle.public(work, address)
            found = work.invitations.good(codes.fingerprint(code), self._clock.now())
        charge.check()
        return found, charge

    def use(
        self, work: Work, invitation: Invitation, charge: Charge, account: Account, request_id: str
    ) -> None:
        """Give ``account`` its place within ``work``; raises when no use is left by now."""
        if not work.invitations.use(invitation.id, self._clock.now()):
            raise rules.no_invitation()
        place = "manager" if invitation.role is Role.MANAGER else "member"
        for team_id in invitation.team_ids:
            work.sites.join(team_id, account.employee_id, place)
        work.sessions.refund(charge.counters)
        after = {"employee_id": account.employee_id, "team_ids": list(invitation.team_ids)}
        decider = Decider(account.employee_id, request_id)
        work.journal.write(
            decider.entry("invitation.used", f"invitation:{invitation.id}", after=after)
        )


def _whose(subject: Subject) -> int | None:
    """Whose invitations the caller sees: everybody's (``None``), or their own."""
    standing = reach(subject, Action.INVITE)
    if Relation.ANY in standing:
        return None
    if not standing:
        raise forbidden()
    return subject.employee_id


def _check_may(subject: Subject, role: Role, team_ids: Sequence[int]) -> None:
    if authorize(subject, Action.INVITE, SYSTEM):
        return
    _whose(subject)
    led = all(
        authorize(subject, Action.INVITE, Object(team_ids=frozenset({team_id})))
        for team_id in team_ids
    )
    if not (team_ids and led and role is Role.STAFF):
        raise forbidden("You may invite staff to the teams that you lead.")


def _site(work: Work, site_id: int | None, team_ids: Sequence[int]) -> int | None:
    """The one site that the invitation is for."""
    if not team_ids:
        return site_id
    teams = work.sites.teams(team_ids)
    sites = {team.site_id for team in teams}
    if len(teams) != len(team_ids):
        raise invalid("There is no such team.", field="team_ids")
    if len(sites) > 1 or (site_id is not None and sites != {site_id}):
        raise invalid("The teams are not all of this site.", field="team_ids")
    return sites.pop()


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` as the audit keeps them."""
    return {
        name: rfc3339(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _note(
    work: Work,
    subject: Subject,
    request_id: str,
    action: str,
    number: int,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    decider = Decider(subject.employee_id, request_id)
    work.journal.write(decider.entry(action, f"invitation:{number}", before=before, after=after))
