"""Links and invitations count only while whoever made them still may."""

from common.migrate import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_sql(__file__, "0005_in_force.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0005_in_force.down.sql")
