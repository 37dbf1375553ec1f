"""The layout of the map and its three-letter names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lero_contract.dictionary import load_dictionary
from lero_coordinator.landscape.tiles import load_tiles, short_labels


def test_no_two_tiles_share_a_place_or_a_label() -> None:
    tiles = load_tiles(load_dictionary().geography)
    assert len({(t.column, t.row) for t in tiles}) == len(tiles)
    assert len({t.label.lower() for t in tiles}) == len(tiles)


def test_labels_begin_like_the_name_or_are_its_initials() -> None:
    labels = short_labels({"a": "Devon", "b": "North Yorkshire", "c": "Bournemouth, Christchurch and Poole"})
    assert labels == {"a": "Dev", "b": "NYo", "c": "BCP"}


def test_a_label_already_taken_gives_way_to_later_letters() -> None:
    assert short_labels({"a": "Norfolk", "b": "Norwood"}) == {"a": "Nor", "b": "Now"}


@given(st.permutations(["Sunderland", "Sutton", "Suffolk", "Surrey", "South Tyneside", "Southwark"]))
def test_labels_do_not_depend_on_the_order_of_the_names(names: list[str]) -> None:
    found = short_labels({name: name for name in names})
    assert found == short_labels({name: name for name in sorted(names)})
