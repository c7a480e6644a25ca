"""1:N among many templates: ``python -m bench.identify [most]``.

First the service's own search (the best five, one probe) among 100,000 templates against numpy's
bare product, alternately; then how the same search compares with pgvector in the embedded
PostgreSQL, exact and with an HNSW index, from 1,000 templates to ``most`` (100,000 unless said).
Templates are made-up unit vectors, probes a template and noise (cosine about 0.6), so that there is
somebody to be found; that the vectors are random makes an index look worse than faces would.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable
from io import StringIO
from time import perf_counter
from typing import Any

# As the service does, and before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import psycopg2

from face_service.gallery import DIMENSIONS, Gallery
from local import keys
from tests.support.cluster import running_cluster
from tests.support.folders import open_folder

AT_BAR = 100_000
BAR = 1.2
ROUNDS = 3
TRIES = 200
PROBES = 50
_NOISE = 1.33
_MOST_INDEXED = 100_000


def directions(count: int, seed: int) -> np.ndarray:
    """``count`` made-up templates."""
    made = np.random.default_rng(seed).standard_normal((count, DIMENSIONS), np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made


def probes_of(templates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probes that are each like one of ``templates``, and which."""
    chosen = np.random.default_rng(3).integers(0, len(templates), PROBES)
    noise = directions(PROBES, 4)
    made = templates[chosen] + _NOISE * noise
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made.astype(np.float32), chosen


def gallery_of(templates: np.ndarray) -> Gallery:
    """A gallery of the service with these templates."""
    made = Gallery(len(templates))
    for number, one in enumerate(templates):
        made.put(number + 1, one)
    return made


def milliseconds(call: Callable[[Any], Any], arguments: np.ndarray, count: int) -> list[float]:
    """What each of ``count`` calls took."""
    took = []
    for number in range(count):
        argument = arguments[number % len(arguments)]
        began = perf_counter()
        call(argument)
        took.append((perf_counter() - began) * 1e3)
    return took


def against_the_product() -> bool:
    """Print the row of the table in docs/benchmarks.md; whether the bar holds."""
    templates = directions(AT_BAR, 1)
    probes, _ = probes_of(templates)
    gallery = gallery_of(templates)
    ratios, ours, theirs = [], [], []
    for _ in range(ROUNDS):
        bare, search = [], []
        for _ in range(TRIES):
            bare += milliseconds(lambda probe: templates @ probe, probes[:1], 1)
            search += milliseconds(lambda probe: gallery.best([probe]), probes[:1], 1)
        ours.append(statistics.median(search))
        theirs.append(statistics.median(bare))
        ratios.append(ours[-1] / theirs[-1])
    ratio = statistics.median(ratios)
    print(
        f"| face: 1:N over {AT_BAR:,} templates, the best five | {statistics.median(ours):.2f} ms "
        f"| numpy's product {statistics.median(theirs):.2f} ms | {ratio:.2f} x | {BAR} x | "
        f"{'yes' if ratio <= BAR else 'no'} |",
        flush=True,
    )
    return ratio <= BAR


def as_text(vector: np.ndarray) -> str:
    """A vector as pgvector reads it."""
    return "[" + ",".join(f"{number:.6f}" for number in vector) + "]"


class PgVector:
    """A table of plain vectors in PostgreSQL: what the product does not have (decision 0018)."""

    def __init__(self, url: str, templates: np.ndarray) -> None:
        self._connection = psycopg2.connect(url)
        self._connection.autocommit = True
        self._cursor = self._connection.cursor()
        self.run("CREATE EXTENSION IF NOT EXISTS vector")
        self.run(f"CREATE TABLE t (id integer PRIMARY KEY, v vector({DIMENSIONS}) NOT NULL)")
        self.run("ALTER TABLE t ALTER COLUMN v SET STORAGE PLAIN")
        self.run("SET max_parallel_workers_per_gather = 1")
        self.run("SET maintenance_work_mem = '1GB'")
        for start in range(0, len(templates), 20_000):
            part = templates[start : start + 20_000]
            lines = (f"{start + n}\t{as_text(one)}\n" for n, one in enumerate(part))
            self._cursor.copy_from(StringIO("".join(lines)), "t")
        self.run("VACUUM ANALYZE t")

    def run(self, text: str, *values: Any) -> None:
        """Run one statement."""
        self._cursor.execute(text, values)

    def best(self, probe: np.ndarray) -> list[int]:
        """The best five, by inner product."""
        self.run("SELECT id FROM t ORDER BY v <#> %s::vector LIMIT 5", as_text(probe))
        return [row[0] for row in self._cursor.fetchall()]

    def index(self) -> float:
        """Build an HNSW index with pgvector's own settings; the seconds it took."""
        began = perf_counter()
        self.run("CREATE INDEX ON t USING hnsw (v vector_ip_ops)")
        return perf_counter() - began

    def close(self) -> None:
        """Leave nothing behind."""
        self.run("DROP TABLE t")
        self._connection.close()


def crossover(most: int) -> None:
    """Print the table of decision 0018."""
    print("\n| templates | gallery | pgvector, exact | pgvector, HNSW | found by it | built in |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    with open_folder() as home:
        secrets = home / "secrets"
        keys.ensure(secrets)
        settings = {"shared_buffers": "2GB", "fsync": "off", "max_wal_size": "8GB"}
        with running_cluster(home, secrets, settings) as server:
            url = server.empty_database().url()
            size = 1000
            while size <= most:
                one_size(url, size)
                size *= 10


def one_size(url: str, size: int) -> None:
    """Print one line of the table."""
    templates = directions(size, 2)
    probes, chosen = probes_of(templates)
    gallery = gallery_of(templates)
    ours = statistics.median(milliseconds(lambda p: gallery.best([p]), probes, PROBES))
    table = PgVector(url, templates)
    table.best(probes[0])
    exact = statistics.median(milliseconds(table.best, probes, PROBES if size < 10**6 else 10))
    indexed, found, built = "not built", "", ""
    if size <= _MOST_INDEXED:
        built = f"{table.index():.0f} s"
        table.run("SET enable_seqscan = off")
        table.best(probes[0])
        indexed = f"{statistics.median(milliseconds(table.best, probes, PROBES)):.2f} ms"
        hits = sum(table.best(p)[:1] == [int(who)] for p, who in zip(probes, chosen, strict=True))
        found = f"{hits / PROBES:.0%}"
    table.close()
    print(
        f"| {size:,} | {ours:.2f} ms | {exact:.1f} ms | {indexed} | {found} | {built} |", flush=True
    )


def main(most: int) -> int:
    """Print both measurements."""
    holds = against_the_product()
    if most:
        crossover(most)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else AT_BAR))
