"""The next root set: recorded here, in force only once a roster that old and new roots signed has brought it."""

from __future__ import annotations

from collections.abc import Sequence

from lero_contract.codec.envelope import MAX_SIGNATURES
from lero_contract.errors import Malformed
from lero_contract.roster import RootSet
from lero_coordinator.office import Office
from lero_coordinator.store import root_sets


def roots_in_force(office: Office) -> RootSet:
    """The set whose threshold signs. Raises NotReady where none is recorded."""
    with office.store.reading() as connection:
        return root_sets.roots_in_force(connection)


def roots_to_come(office: Office) -> RootSet | None:
    """The set that the next roster will bring, if another is."""
    with office.store.reading() as connection:
        return root_sets.next_root_set(connection)


def next_root_set(office: Office, keys: Sequence[bytes], threshold: int) -> RootSet:
    """What `rotate_roots` would record. keys: raw public keys.

    Raises NotReady before the first roster, Malformed for a set that cannot reach its threshold, is the one in force,
    or could not sign beside it.
    """
    office.roster()
    present = roots_in_force(office)
    found = RootSet(present.version + 1, threshold, tuple(keys))
    if (set(found.by_id), threshold) == (set(present.by_id), present.threshold):
        raise Malformed("These are the roots in force already.", "Give the keys of the next set.")
    if len(set(found.by_id) | set(present.by_id)) > MAX_SIGNATURES:
        words = f"Old and new roots together are more than the {MAX_SIGNATURES} that can sign one roster."
        raise Malformed(words, "Give fewer keys, or rotate in two steps.")
    return found


def rotate_roots(office: Office, keys: Sequence[bytes], threshold: int) -> RootSet:
    """Record the root set that the next roster brings, instead of any recorded before. Raises like `next_root_set`."""
    found = next_root_set(office, keys, threshold)
    with office.store.writing() as connection:
        root_sets.set_next(connection, found)
    return found


def keep_roots(office: Office) -> bool:
    """Undo `rotate_roots` before a roster has brought the set; False where none waits."""
    with office.store.writing() as connection:
        return root_sets.clear_next(connection)
