"""Two imports are compared in counts and words."""

from __future__ import annotations

from lero_node.data.compare import compare
from support.snapshots import loaded_of


def test_members_are_new_gone_changed_or_as_before() -> None:
    before = loaded_of(members=[{"member_id": "a", "joined": 1}, {"member_id": "b", "joined": 1}, {"member_id": "c"}])
    now = loaded_of(
        members=[{"member_id": "b", "joined": 2}, {"member_id": "c"}, {"member_id": "d"}, {"member_id": "e"}],
        activities=[{"member_id": "b", "day": 3, "row_hash": 1}],
    )
    found = compare(before.tables, now.tables)
    assert (found.added, found.gone, found.changed, found.unchanged) == (2, 1, 1, 1)
    assert found.rows["activities"] == (0, 1)
    assert "Members: 2 new, 1 no longer in the export, 1 with changes, 1 as before." in found.to_text()


def test_the_order_of_rows_is_no_change() -> None:
    rows = [{"member_id": "a", "joined": 1}, {"member_id": "b", "joined": 2}]
    found = compare(loaded_of(members=rows).tables, loaded_of(members=rows[::-1]).tables)
    assert (found.changed, found.unchanged) == (0, 2)


def test_a_variable_that_was_known_and_is_hardly_known_now_is_pointed_out() -> None:
    before = loaded_of(members=[{"member_id": str(n), "sex": "male", "area": "E08000035"} for n in range(20)])
    now = loaded_of(members=[{"member_id": str(n), "sex": "not_known", "area": "E08000035"} for n in range(20)])
    found = compare(before.tables, now.tables)
    assert found.emptied == ("sex",)
    assert "'sex' was known for many members before" in found.to_text()


def test_a_store_without_members_compares_with_anything() -> None:
    empty, one = loaded_of(), loaded_of(members=[{"member_id": "a", "sex": "male"}])
    assert compare(empty.tables, one.tables).emptied == ()
    assert compare(one.tables, empty.tables).gone == 1
