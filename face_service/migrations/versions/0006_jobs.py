"""Jobs, their pictures and the webhooks that tell what came of them; the queue that moves them."""

from common.migrate import run_sql, run_text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run_text("SET LOCAL search_path = face")
    run_sql(__file__, "0006_queue.up.sql")
    run_text("RESET search_path")
    run_sql(__file__, "0006_jobs.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0006_jobs.down.sql")
