"""What a copy of everything is looked up by."""

from common.migrate import run_sql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run_sql(__file__, "0008_copies.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0008_copies.down.sql")
