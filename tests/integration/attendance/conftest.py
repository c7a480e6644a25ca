"""A running HTTP side, real processes, a peer for faces and a fresh cast for attendance_service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from attendance_service import app
from tests.support.attendance import Cast, Rest, serving
from tests.support.attendance_faces import faces_of
from tests.support.attendance_processes import Processes, processes, stub
from tests.support.face_peer import FacePeer, running_face_peer
from tests.support.people import Town


@pytest.fixture(scope="module")
def rest(town: Town) -> Iterator[Rest]:
    """The HTTP side in this process."""
    with serving(town) as running:
        yield running


@pytest.fixture
def cast(town: Town) -> Cast:
    """A site of its own for one test."""
    return Cast(town)


@pytest.fixture(scope="module")
def running(town: Town, server_folder: Path, request: pytest.FixtureRequest) -> Iterator[Processes]:
    """Real processes of this module, a sequencer among them."""
    with processes(town, server_folder / request.module.__name__.rpartition(".")[2]) as made:
        made.start("sequencer")
        yield made


@pytest.fixture(scope="module")
def first(running: Processes) -> Rest:
    """An HTTP process."""
    return running.rest()


@pytest.fixture(scope="module")
def second(running: Processes) -> Rest:
    """Another one on the same database."""
    return running.rest()


@pytest.fixture(scope="module")
def channel(running: Processes) -> grpc.Channel:
    """A gRPC process."""
    return running.rpc()


@pytest.fixture
def rpc(channel: grpc.Channel) -> Any:
    """Its AttendanceService."""
    return stub(channel)


@pytest.fixture
def peer() -> Iterator[FacePeer]:
    """Stands in for the face service."""
    with running_face_peer() as running:
        yield running


@pytest.fixture
def faced(town: Town, peer: FacePeer) -> Iterator[Rest]:
    """The HTTP side with a short deadline for faces."""

    def change(parts: app.Services) -> app.Services:
        return replace(parts, check_in=replace(parts.check_in, faces=faces_of(peer)))

    with serving(town, change=change) as rest:
        yield rest
