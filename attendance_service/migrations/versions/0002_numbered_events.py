"""The sequencer sees the events that it numbers, so that nobody has to read them after it."""

from common.migrate import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_sql(__file__, "0002_numbered_events.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0002_numbered_events.down.sql")
