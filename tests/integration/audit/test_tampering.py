"""What a superuser does behind the guards' backs is told, by its number; and what is not."""

from __future__ import annotations

from common.audit.chain import Note, origin
from tests.integration.attendance.test_sequencer import until
from tests.support.audit import chaining, decide, faults, head_of, tamper, waiting
from tests.support.people import Town


class TestTampering:
    """What a superuser does behind the guards' backs is told, by its number."""

    def test_a_flipped_byte(self, chained: Town) -> None:
        flip = "UPDATE auth.audit SET {} WHERE number = 4"
        for change in (
            "reason = 'mowed'",
            "actor = 8",
            "at = at + interval '1 microsecond'",
            "after = '{\"n\": 1.5}'",
            "before = NULL",
            "request_id = request_id || ' '",
            "hash = set_byte(hash, 0, get_byte(hash, 0) # 1)",
        ):
            ((reason, actor, at, after, before, request_id, digest),) = chained.sql(
                "SELECT reason, actor, at, after::text, before::text, request_id, hash"
                " FROM auth.audit WHERE number = 4"
            )
            tamper(chained.database, flip.format(change))
            (fault,) = faults(chained)
            assert fault.startswith("auth: broken at 4: this row"), change
            chained.sql("SET session_replication_role = replica")
            chained.sql(
                "UPDATE auth.audit SET reason = %s, actor = %s, at = %s, after = %s, before = %s,"
                " request_id = %s, hash = %s WHERE number = 4",
                *(reason, actor, at, after, before, request_id, digest),
            )
            chained.sql("SET session_replication_role = origin")
            assert faults(chained) == []

    def test_a_deleted_row(self, chained: Town) -> None:
        tamper(chained.database, "DELETE FROM attendance.audit WHERE number = 6")
        (fault,) = faults(chained)
        assert fault == "attendance: broken at 6: the row with this number is missing"

    def test_a_deleted_row_with_the_rest_moved_up(self, chained: Town) -> None:
        tamper(
            chained.database,
            "ALTER TABLE face.audit DROP CONSTRAINT audit_number_counts",
            "DELETE FROM face.audit WHERE number = 6",
            "UPDATE face.audit SET number = -number WHERE number > 6",
            "UPDATE face.audit SET number = -number - 1 WHERE number < 0",
        )
        (fault,) = faults(chained)
        assert fault.startswith("face: broken at 6: this row")

    def test_reordered_rows(self, chained: Town) -> None:
        tamper(
            chained.database,
            "UPDATE auth.audit SET number = 1000 WHERE number = 3",
            "UPDATE auth.audit SET number = 3 WHERE number = 7",
            "UPDATE auth.audit SET number = 7 WHERE number = 1000",
        )
        (fault,) = faults(chained)
        assert fault.startswith("auth: broken at 3: the rows are not in the order")

    def test_a_tail_that_is_cut_off(self, chained: Town) -> None:
        before = head_of(chained, "auth")
        tamper(chained.database, "DELETE FROM auth.audit WHERE number > 7")
        (fault,) = faults(chained)
        assert fault == "auth: broken at 8: the last rows are missing, up to number 10"
        decide(chained, "auth", 2)
        with chaining(chained.database):
            until(lambda: waiting(chained) == 0, 10)
        (fault,) = faults(chained)
        assert fault == "auth: broken at 8: the row with this number is missing"
        assert "lost" in faults(chained, Note(before.number, before.hash))

    def test_a_tail_cut_off_with_its_head_shows_only_against_a_noted_one(
        self, chained: Town
    ) -> None:
        """The limit that docs/security.md names: so heads leave the database, in the log."""
        noted = head_of(chained, "auth")
        tamper(
            chained.database,
            "DELETE FROM auth.audit WHERE number > 7",
            "UPDATE auth.audit_head SET (number, hash) ="
            " (SELECT number, hash FROM auth.audit WHERE number = 7)",
        )
        assert faults(chained) == []
        assert faults(chained, Note(noted.number, noted.hash)) == ["lost"]
        assert faults(chained, Note(noted.number, noted.hash, "auth")) == ["lost"]

    def test_a_chain_written_anew_shows_only_against_a_noted_head(self, chained: Town) -> None:
        noted = head_of(chained, "auth")
        start = origin("auth").hash.hex()
        tamper(
            chained.database,
            "UPDATE auth.audit SET number = NULL, hash = NULL, reason = 'nothing happened'",
            f"UPDATE auth.audit_head SET number = 0, hash = '\\x{start}'",
        )
        with chaining(chained.database):
            until(lambda: waiting(chained) == 0, 10)
        assert faults(chained) == []
        assert faults(chained, Note(noted.number, noted.hash)) == ["lost"]

    def test_a_noted_head_is_found_long_after(self, chained: Town) -> None:
        noted = head_of(chained, "attendance")
        decide(chained, "attendance", 5)
        with chaining(chained.database):
            until(lambda: waiting(chained) == 0, 10)
        assert faults(chained, Note(noted.number, noted.hash)) == []
        assert faults(chained, Note(noted.number, noted.hash, "auth")) == ["lost"]
        assert faults(chained, Note(0, origin("face").hash)) == []

    def test_a_head_put_elsewhere(self, chained: Town) -> None:
        tamper(chained.database, "UPDATE face.audit_head SET hash = '\\x00'")
        (fault,) = faults(chained)
        assert fault == "face: broken at 10: the head kept beside the rows is another one"

    def test_a_row_kept_out_of_the_chain(self, chained: Town) -> None:
        decide(chained, "auth")
        assert faults(chained) == [], "a row that came just now may wait"
        tamper(
            chained.database,
            "UPDATE auth.audit SET at = '2026-01-01T00:00:00Z' WHERE number IS NULL",
        )
        (fault,) = faults(chained)
        assert fault == (
            "auth: unchained too long: 1 rows wait for a number since 2026-01-01T00:00:00Z"
        )
