"""The live feed of the page's test double: first message, replay, heartbeats."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from contract_world import World, now
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve


def serve_feed(world: World) -> str:
    """Starts the feed on a free port; returns its address."""

    def handle(socket: ServerConnection) -> None:
        try:
            converse(world, socket)
        except ConnectionClosed:
            pass
        finally:
            if socket in world.sockets:
                world.sockets.remove(socket)

    server = serve(handle, "127.0.0.1", 0, compression=None)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"ws://127.0.0.1:{server.socket.getsockname()[1]}/ws"


def converse(world: World, socket: ServerConnection) -> None:
    first: dict[str, Any] = json.loads(socket.recv(timeout=5))
    number = world.tokens.get(first.get("auth", ""))
    said = {"after": first.get("after"), "scope": first.get("scope"), "accepted": bool(number)}
    world.feed_log.append(said)
    if number is None:
        socket.close(4501)
        return
    world.sockets.append(socket)
    sent = int(first["after"][1:]) if first.get("after") else len(world.events)
    hello = {"type": "hello", "cursor": f"c{sent}", "heartbeat_seconds": world.heartbeat}
    socket.send(json.dumps(hello | {"state": "live"}))
    beat = time.monotonic()
    while True:
        sent = send_new(world, socket, number if first.get("scope") != "all" else None, sent)
        if not world.silent and time.monotonic() - beat > world.heartbeat:
            beat = time.monotonic()
            frame = {"type": "heartbeat", "cursor": f"c{sent}", "server_time": now().isoformat()}
            socket.send(json.dumps(frame))
        try:
            socket.recv(timeout=0.02)
        except TimeoutError:
            continue


def send_new(world: World, socket: ServerConnection, only: int | None, sent: int) -> int:
    """Sends the events after `sent` that the subscriber may see."""
    for event in world.events[sent:]:
        if only is None or (event["employee_id"] == only and event["status"] != "refused"):
            socket.send(json.dumps(event))
        sent += 1
    return sent
