"""Which revision a release is, in words for the page's head and as values for the statement. Pure."""

from __future__ import annotations

from typing import Any

from lero_coordinator.combine.release import Release
from lero_coordinator.landscape.words import list_words


def revision_words(release: Release) -> list[str]:
    """Sentences for the head; none for a first revision."""
    if release.revision == 1:
        return []
    more = "1 more answer" if len(release.added) == 1 else f"{len(release.added)} more answers"
    lines = [
        f"Revision {release.revision}: {more} than revision {release.revision - 1}. A figure that has changed since is "
        "marked [r]."
    ]
    for number in sorted(set(release.unrevised.values())):
        titles = [t.table.title for t in release.tables if release.unrevised.get(t.table.table_id) == number]
        lines.append(f"As in revision {number}, because too few of the late answers hold it: {list_words(titles)}.")
    return lines


def revision_values(release: Release) -> dict[str, Any]:
    """number, from 1. added: nodes. tables_as_in_revision: by table, where it took none of the added answers in."""
    return {
        "number": release.revision,
        "added": sorted(release.added),
        "more_answers": len(release.added),
        "tables_as_in_revision": dict(sorted(release.unrevised.items())),
        "words": " ".join(revision_words(release)),
    }
