"""The load generator wrk, with a token of its own for each request."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_LUA = """
local headers = {{}}
for token in io.lines("{tokens}") do
  headers[#headers + 1] = {{["Authorization"] = "Bearer " .. token,
                           ["Content-Type"] = "application/json"}}
end
local next = {start}
request = function()
  next = next + 1
  return wrk.format("{method}", "{path}", headers[(next - 1) % #headers + 1], {body})
end
"""
_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass(frozen=True, slots=True)
class Load:
    """What a run gave: answers a second, and the times of answers in milliseconds."""

    per_second: float
    p50: float
    p99: float
    refused: int


def run(
    base: str,
    *,
    method: str,
    path: str,
    tokens: Path,
    connections: int,
    seconds: int,
    body: str | None = None,
    start: int = 0,
) -> Load:
    """Load ``base`` with one thread of wrk; the tokens are used in their order from ``start``."""
    program = shutil.which("wrk")
    if program is None:
        raise SystemExit("wrk is missing: apt-get install wrk")
    script = tokens.with_suffix(".lua")
    text = "nil" if body is None else f"'{body}'"
    script.write_text(_LUA.format(tokens=tokens, start=start, method=method, path=path, body=text))
    command = [program, "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    done = subprocess.run(
        [*command, "-s", str(script), base], capture_output=True, text=True, check=True
    )
    return _parse(done.stdout)


def _parse(output: str) -> Load:
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if rate is None:
        raise SystemExit(output)
    return Load(
        float(rate.group(1)),
        _milliseconds(output, "50%"),
        _milliseconds(output, "99%"),
        int(refused.group(1)) if refused else 0,
    )


def _milliseconds(output: str, quantile: str) -> float:
    match = re.search(rf"{quantile}\s+([\d.]+)(us|ms|s)", output)
    assert match is not None
    return float(match.group(1)) * _UNITS[match.group(2)]
