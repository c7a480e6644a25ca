"""Texts agreed to, who looked at photos, the end of what is no longer needed."""

from common.migrate import run_sql
from common.privacy import tables

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    tables.make("face", "face.subject")
    run_sql(__file__, "0007_privacy.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0007_privacy.down.sql")
    tables.remove("face", "face.subject")
