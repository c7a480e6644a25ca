"""A university's portal (Aksis of Istanbul University), signed in to as a browser would.

The portal has no interface for this, only pages, so nothing that is merely absent proves anything:
the profile that the portal shows after the sign-in has to name the person. Cookies live for one
attempt. The password is sent to the form's own address and kept nowhere.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any
from urllib.parse import urljoin

import httpx
from bs4 import BeautifulSoup, Tag

from auth_service.directories import schedule
from auth_service.directories.outside import Line, Outside
from auth_service.directories.settings import PortalSettings
from auth_service.directories.web import Page, Visit
from auth_service.domain import directories
from auth_service.domain.directories import Identity, Lesson, Refusal
from auth_service.service.proving import (
    Attempt,
    DirectoryKind,
    Photo,
    Proved,
    directory_unavailable,
)
from common import logs
from common.errors import DomainError
from common.identity import Role

_LONGEST_PAGE = 2 << 20
_TOKEN = "__RequestVerificationToken"  # noqa: S105  the name of a field
_TEACHER = "ÖYS AKADEMİSYEN"
_LESSONS = "OgrenimBilgileri/DersProgramiYeni/"
_PICTURE = re.compile(r"foto|photo|resim", re.IGNORECASE)
_DATA = re.compile(r"data:image/(?:jpeg|png|webp);base64,")
_Outcome = Proved | Refusal


class PortalDirectory:
    """The form, the teacher's page, the student's profile and schedule."""

    name = "portal"
    kind: DirectoryKind = "portal"

    def __init__(self, settings: PortalSettings, outside: Outside) -> None:
        self.label = settings.label
        self._settings = settings
        self._outside = outside

    def verify(self, attempt: Attempt) -> Proved | Refusal:
        """Who the portal says has signed in."""
        if not directories.usable(attempt.username, attempt.password) or " " in attempt.username:
            return Refusal.WRONG
        return self._outside.call(lambda line: self._verify(line, attempt))

    def _verify(self, line: Line[_Outcome], attempt: Attempt) -> _Outcome:
        with self._visit(line) as visit:
            page = self._signed_in(visit, attempt)
            box = page.select_one("div.validation-summary-errors")
            if box is not None and _text(box):
                return Refusal.WRONG
            teacher = _teacher(page, attempt.username)
            if teacher is not None:
                return Proved(directory=self.name, identity=teacher)
            return self._student(line, visit, attempt.username)

    def _visit(self, line: Line[Any], cookies: httpx.Cookies | None = None) -> Visit:
        settings = self._settings
        named = (settings.login_url, settings.obs_url, settings.schedule_url)
        return Visit(line, *named, longest=_LONGEST_PAGE, cookies=cookies)

    def _signed_in(self, visit: Visit, attempt: Attempt) -> BeautifulSoup:
        """The page that the form leads to."""
        form = _parsed(visit.get(self._settings.login_url))
        token = form.find("input", attrs={"name": _TOKEN})
        value = token.get("value") if isinstance(token, Tag) else None
        if not isinstance(value, str) or not value:
            raise _changed("the form has no token")
        fields = {"UserName": attempt.username, "Password": attempt.password, _TOKEN: value}
        return _parsed(visit.post(self._settings.login_url, fields))

    def _student(self, line: Line[_Outcome], visit: Visit, typed: str) -> _Outcome:
        page = visit.get(self._settings.obs_url)
        profile = _parsed(page)
        number = directories.clean_number(_beside(profile, "Numara"))
        if number is None:
            raise _changed("the profile has no number")
        if not directories.same_name(number, typed):
            raise _changed("the profile is somebody else's")
        proved = Proved(
            directory=self.name,
            identity=_student(number, _beside(profile, "Ad Soyad"), None),
            photo=self._photo(profile, page.url, visit.cookies),
        )
        # What follows is welcome; the sign-in does not wait for it longer than there is time.
        line.so_far = proved
        lessons = self._lessons(visit)
        if lessons is None:
            return proved
        return Proved(
            directory=self.name,
            identity=_student(number, _beside(profile, "Ad Soyad"), lessons),
            photo=proved.photo,
        )

    def _lessons(self, visit: Visit) -> list[Lesson] | None:
        """The schedule, or ``None`` when the portal does not tell one that can be read."""
        try:
            where = schedule.address_in(visit.get(self._settings.schedule_url).text)
            if where is None:
                raise ValueError("no address")
            page = visit.post(f"{self._settings.obs_url}{_LESSONS}{where}")
            return schedule.lessons_of(visit.json(page))
        except (DomainError, ValueError):
            logs.log().warning("the portal's schedule cannot be read")
            return None

    def _photo(self, profile: BeautifulSoup, at: str, cookies: httpx.Cookies) -> Photo | None:
        """How to get the picture, later: only when it is wanted is it fetched."""
        source = _picture(profile)
        if source is None:
            return None
        if _DATA.match(source):
            return lambda: _decoded(source)
        kept = httpx.Cookies(cookies)

        def fetch() -> bytes | None:
            def get(line: Line[bytes]) -> bytes:
                with self._visit(line, kept) as visit:
                    return visit.get(urljoin(at, source)).content

            return self._outside.call(get)

        return fetch


def _student(number: str, name: str | None, lessons: list[Lesson] | None) -> Identity:
    return Identity(
        subject=f"student:{number}",
        username=number,
        full_name=directories.clean(name or ""),
        school_number=number,
        roles=frozenset({Role.STUDENT}),
        lessons=lessons,
    )


def _teacher(page: BeautifulSoup, typed: str) -> Identity | None:
    """The teacher whose page this is: the portal knows teachers by the name they sign in with."""
    if not any(_TEACHER in _text(heading) for heading in page.find_all("h4")):
        return None
    named = page.select_one("h5.m-t-0.m-b-0")
    name = directories.clean(_text(named)) if named is not None else ""
    if not name:
        raise _changed("the teacher's page has no name")
    key = directories.name_key(typed)
    return Identity(
        subject=f"teacher:{key}",
        username=typed,
        full_name=name,
        school_number=key,
        roles=frozenset({Role.TEACHER}),
    )


def _beside(page: BeautifulSoup, label: str) -> str | None:
    """What stands in the cell that follows the heading ``label``."""
    for heading in page.find_all("th"):
        if _text(heading).rstrip(":").strip() == label:
            cell = heading.find_next_sibling("td")
            return _text(cell) if isinstance(cell, Tag) else None
    return None


def _picture(profile: BeautifulSoup) -> str | None:
    for image in profile.find_all("img"):
        source = image.get("src")
        told = f"{source} {image.get('id')} {image.get('alt')}"
        if isinstance(source, str) and (_DATA.match(source) or _PICTURE.search(told)):
            return source
    return None


def _decoded(source: str) -> bytes | None:
    try:
        return base64.b64decode(source.partition(",")[2], validate=True)
    except binascii.Error:
        return None


def _parsed(page: Page) -> BeautifulSoup:
    return BeautifulSoup(page.text, "html.parser")


def _text(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def _changed(reason: str) -> DomainError:
    """The portal's pages are not as they are known: nothing is proved."""
    logs.log().warning("the portal is not as expected", reason=reason)
    return directory_unavailable()
