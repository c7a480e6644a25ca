"""Challenges, and what was shown before."""

from common.migrate import run_sql

revision = "0005"
down_revision = "0003"


def upgrade() -> None:
    run_sql(__file__, "0005_liveness.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0005_liveness.down.sql")
