"""Who is in the galleries, told to every process; and one face on two accounts."""

from common.migrate import run_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_sql(__file__, "0004_identification.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0004_identification.down.sql")
