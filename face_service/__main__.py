"""``python -m face_service``: the HTTP service, one process with a few threads."""

from __future__ import annotations

import os
import sys

from common import logs, metrics
from common.config import ConfigError, environment, load


def main() -> int:
    """Serve until told to stop."""
    # Several faces are computed at once, each on one thread. A product of numpy that waits for a
    # second thread beside them takes a hundred times as long; it reads this when it is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    env = environment()
    metrics.prepare("face", env.get("HAZIR_DATA"))
    # Only now: these count, and metrics decide on import where their counts go.
    from common.httpkit.serve import serve_http
    from face_service.app import build, limit_for
    from face_service.settings import Settings
    from face_service.weights import model_dir

    try:
        settings = load(Settings, env)
    except ConfigError as fault:
        sys.stderr.write(f"face_service cannot start:\n{fault}\n")
        return 78
    logs.configure("face", settings.log_level)
    app = build(settings, model_dir(env))
    # OpenCV computes in this process, on as many threads as there are engines.
    return serve_http(
        lambda: app.wsgi,
        settings,
        env,
        port=settings.face_port,
        workers=0,
        threads=settings.threads,
        limit_for=limit_for,
        stopping=app.close,
    )


if __name__ == "__main__":
    sys.exit(main())
