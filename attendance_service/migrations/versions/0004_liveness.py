"""Liveness among the evidence that a place can ask for."""

from common.migrate import run_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_sql(__file__, "0004_liveness.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0004_liveness.down.sql")
