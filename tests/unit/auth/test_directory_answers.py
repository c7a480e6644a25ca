"""What directories answer, where no server of the tests answers so."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from bs4 import BeautifulSoup

from auth_service.directories import ldap, portal
from auth_service.directories.outside import Line, Outside
from auth_service.directories.settings import LdapSettings, PortalSettings, read_directories
from auth_service.directories.web import Page, Visit, origin_of
from auth_service.domain.directories import Refusal
from auth_service.service.proving import Attempt
from common.errors import DomainError


def ldap_settings() -> LdapSettings:
    found = read_directories(
        {
            "DIRECTORIES": "local,ldap",
            "LDAP_URL": "ldap://127.0.0.1:9",
            "LDAP_BASE": "dc=x",
            "LDAP_SUBJECT": "objectGUID",
            "LDAP_ROLES": "*:staff",
        }
    ).ldap
    assert found is not None
    return found


class TestLdap:
    GUID = bytes.fromhex("00ff2a285c29d1118fee00805f9b34fb")

    def test_active_directory_s_identifiers_are_binary(self) -> None:
        entry = ldap._Entry("cn=x", {"objectGUID": [self.GUID]})
        subject = entry.subject("objectguid")
        assert subject == f"hex:{self.GUID.hex()}"
        # Searched for again, every byte is escaped.
        directory = ldap.LdapDirectory(ldap_settings(), Outside())
        condition = directory._with_subject(subject)
        assert condition.startswith("(objectGUID=\\00\\ff\\2a\\28\\5c\\29")
        assert directory._with_subject("a*b") == "(objectGUID=a\\2ab)"

    @pytest.mark.parametrize("values", [[], [b""], [b"one", b"two"]])
    def test_without_one_subject_nobody_is_known(self, values: list[bytes]) -> None:
        with pytest.raises(DomainError) as refused:
            ldap._Entry("cn=x", {"entryUUID": values}).subject("entryUUID")
        assert refused.value.code == "directory_unavailable"

    @pytest.mark.parametrize(
        ("message", "disabled"),
        [
            ("80090308: LdapErr: DSID-0C0903A9, comment: Accept..., data 533, v1db1", True),
            ("80090308: LdapErr: DSID-0C0903A9, comment: Accept..., data 701, v1db1", True),
            ("80090308: LdapErr: DSID-0C0903A9, comment: Accept..., data 52e, v1db1", False),
            ("data 5330", False),
            ("", False),
        ],
    )
    def test_active_directory_says_who_is_disabled(self, message: str, disabled: bool) -> None:
        assert bool(ldap._DISABLED.search(message)) is disabled


class TestPortal:
    def page(self, text: str) -> BeautifulSoup:
        return BeautifulSoup(text, "html.parser")

    def directory(self) -> portal.PortalDirectory:
        found = PortalSettings(
            login_url="http://127.0.0.1:9/l",
            obs_url="http://127.0.0.1:9/o/",
            schedule_url="http://127.0.0.1:9/s",
        )
        return portal.PortalDirectory(found, Outside())

    def test_a_name_with_a_space_is_no_name_there(self) -> None:
        attempt = Attempt(username="a b", password="x")
        assert self.directory().verify(attempt) is Refusal.WRONG

    def test_a_picture_in_the_page_is_taken_out_of_it(self) -> None:
        text = base64.b64encode(b"a picture").decode()
        profile = self.page(f'<img src="/logo.png"><img src="data:image/jpeg;base64,{text}">')
        photo = self.directory()._photo(profile, "http://127.0.0.1:9/o/", _no_cookies())
        assert photo is not None
        assert photo() == b"a picture"
        broken = self.page('<img src="data:image/png;base64,&&&">')
        photo = self.directory()._photo(broken, "http://127.0.0.1:9/o/", _no_cookies())
        assert photo is not None
        assert photo() is None

    def test_without_a_picture_there_is_none(self) -> None:
        profile = self.page('<img alt="logo"><img src="/logo.png">')
        assert self.directory()._photo(profile, "http://127.0.0.1:9/", _no_cookies()) is None

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("<th>Numara</th><td>7</td>", "7"),
            ("<th> Numara : </th><td> 7 8 </td>", "7 8"),
            ("<th>Numara</th>", None),
            ("<th>Numarası</th><td>7</td>", None),
            ("<td>Numara</td><td>7</td>", None),
        ],
    )
    def test_the_cell_beside_a_heading(self, text: str, found: str | None) -> None:
        row = self.page(f"<table><tr>{text}</tr></table>")
        assert portal._beside(row, "Numara") == found


def _no_cookies() -> Any:
    import httpx

    return httpx.Cookies()


class TestVisits:
    @pytest.mark.parametrize(
        ("url", "origin"),
        [
            ("https://a.example/x", ("https", "a.example", 443)),
            ("http://a.example:81/", ("http", "a.example", 81)),
            ("HTTPS://A.Example", ("https", "a.example", 443)),
            ("https://u@a.example/", ("", "", 0)),
            ("https://a.example:x/", ("", "", 0)),
        ],
    )
    def test_where_an_address_leads(self, url: str, origin: tuple[str, str, int]) -> None:
        assert origin_of(url) == origin

    def test_no_other_server_is_asked(self) -> None:
        line: Line[Any] = Line(5)
        with Visit(line, "http://127.0.0.1:9/", longest=10) as visit:
            for url in ("http://127.0.0.1:10/", "https://127.0.0.1:9/", "http://evil.example:9/"):
                with pytest.raises(DomainError) as refused:
                    visit.get(url)
                assert refused.value.code == "directory_unavailable"

    def test_what_cannot_be_read_is_replaced(self) -> None:
        assert Page("", b"\xff\xc4\xb1", "utf-8").text == "\ufffdı"
        assert Page("", "ı".encode(), "no-such-charset").text == "ı"
