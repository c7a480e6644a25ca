"""People of directories: whom they are there, which roles come from there, their lessons."""

from common.migrate import run_sql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_sql(__file__, "0003_directories.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0003_directories.down.sql")
