"""What an enrolment measured of a photo."""

from common.migrate import run_sql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_sql(__file__, "0003_engine.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0003_engine.down.sql")
