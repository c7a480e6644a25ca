"""People, roles, sites, teams, sessions, and what the other services may see of them."""

from common.migrate import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    run_sql(__file__, "0001_people.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0001_people.down.sql")
