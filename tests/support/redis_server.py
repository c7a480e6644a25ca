"""A Redis of the tests' own: real, on a private loopback port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import keys
from local.account import unprivileged
from local.ports import free_port
from local.valkey import Valkey, packaged_binary
from tests.support.process import Process


class RedisServer:
    """A running server; tests that stop or kill it make one of their own (`running_redis`)."""

    def __init__(self, valkey: Valkey, process: Process) -> None:
        self.valkey = valkey
        self.process = process

    @property
    def url(self) -> str:
        """Its address, password included, as ``REDIS_URL`` has it."""
        return self.valkey.url()


@contextmanager
def running_redis(folder: Path) -> Iterator[RedisServer]:
    """A server that keeps its configuration under ``folder``, until the block ends."""
    valkey = Valkey(
        folder=folder / "valkey",
        binary=packaged_binary(),
        port=free_port(),
        password=keys.password(),
        account=unprivileged(),
    )
    valkey.prepare()
    process = Process(valkey.command, valkey.answers, log=folder / "valkey.log")
    process.start()
    try:
        yield RedisServer(valkey, process)
    finally:
        process.stop()
