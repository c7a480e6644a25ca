"""Where data goes, who may reach it, and which ports are free."""

from __future__ import annotations

import os
import signal
import socket
import stat
from pathlib import Path

import pytest

from local.account import Account, own_folder, reachable, tethered, unprivileged
from local.place import SHARED_DATA, Place, find_place, read_json, write_json
from local.ports import free_port, holder, is_free
from tests.support.folders import open_folder

STRANGER = Account(uid=54321, gid=54321, name="stranger")


def test_data_is_in_the_checkout_where_the_servers_can_reach_it() -> None:
    with open_folder() as root:
        assert find_place({}, root, STRANGER) == Place(root / "var")
        assert find_place({}, root, None) == Place(root / "var")


def test_data_moves_out_of_a_home_that_others_cannot_enter() -> None:
    with open_folder() as root:
        (root / "home").mkdir(mode=0o700)
        checkout = root / "home" / "hazir"
        checkout.mkdir()
        assert find_place({}, checkout, STRANGER) == Place(SHARED_DATA)
        assert find_place({}, checkout, None) == Place(checkout / "var")


def test_what_is_asked_for_is_taken(tmp_path: Path) -> None:
    assert (
        find_place({"HAZIR_DATA": "elsewhere"}, tmp_path, STRANGER).data == tmp_path / "elsewhere"
    )
    assert find_place({"HAZIR_DATA": "/srv/hazir"}, tmp_path, None).data == Path("/srv/hazir")


def test_a_folder_of_ones_own_or_ones_group_can_be_entered() -> None:
    with open_folder() as folder:
        inner = folder / "inner"
        inner.mkdir()
        inner.chmod(0o710)
        own = Account(os.getuid(), 54321, "me")
        group = Account(54321, os.getgid(), "us")
        assert reachable(inner / "x", own)
        assert reachable(inner / "x", group)
        assert not reachable(inner / "x", STRANGER)


def test_only_root_lends_another_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert unprivileged() is None
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    lent = unprivileged()
    assert lent is not None
    assert lent.uid != 0


def test_a_private_folder(tmp_path: Path) -> None:
    folder = own_folder(tmp_path / "a" / "b", None)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_tethered_command_names_signal_parent_and_account() -> None:
    words = tethered(["postgres", "-D", "x"], STRANGER, signal.SIGINT)
    assert words[4:8] == ["2", str(os.getpid()), "54321", "54321"]
    assert words[8:] == ["postgres", "-D", "x"]
    assert tethered(["true"])[6:8] == ["-1", "-1"]


def test_json_is_whole_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    assert read_json(path) == {}
    write_json(path, {"a": 1})
    assert read_json(path) == {"a": 1}
    path.write_text("[1]")
    assert read_json(path) == {}
    path.write_text('{"a": ')
    assert read_json(path) == {}


def test_a_busy_port_and_its_holder() -> None:
    port = free_port()
    assert is_free(port)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert not is_free(port)
        assert holder(port).endswith(f"(pid {os.getpid()})")
    assert is_free(port)
    assert holder(port) == ""


def test_a_port_taken_on_the_other_loopback_is_busy_too() -> None:
    with socket.socket(socket.AF_INET6) as taken:
        taken.bind(("::1", 0))
        taken.listen()
        assert not is_free(taken.getsockname()[1])
