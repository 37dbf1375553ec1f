"""A node looks for its own answer in a release: yes, no with the reason, or an alarm; offline, and never on trust."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import RequestParcel, decode_answer, envelope_to_bytes
from lero_contract.csv_text import to_csv
from lero_contract.envelope import RELEASE, public_bytes, sign
from lero_contract.errors import Malformed, NotReady, Unauthorised
from lero_contract.roster import Party
from lero_node.compute import parent
from lero_node.counted import ALARM, Counted, counted
from lero_node.courier import answer_by_file
from support.nodes import MadeNode, make_node
from support.requests import table

BY_AREA = table(dimensions=["area"])
PRESS = Ed25519PrivateKey.generate()


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MadeNode]:
    """A node that has answered a request, and holds a roster with a publisher."""
    monkeypatch.setattr(parent, "run", lambda job: (0,) * 12)
    found = make_node(tmp_path)
    found.import_rows()
    answer_by_file(found.node, RequestParcel((), found.signed(found.asked(BY_AREA))).to_bytes(), tmp_path / "a.reply")
    found.accept(publishers=(Party("press", "body", public_bytes(PRESS)),))
    yield found
    found.node.close()


def own_digest(made: MadeNode) -> str:
    answer = made.node.ledger.existing(made.asked().request_id).answer
    assert answer is not None
    return decode_answer(answer).header.digest.hex()


def publish(
    made: MadeNode, folder: Path, digests: dict[str, Any], *, words: str = "answered", key: Ed25519PrivateKey = PRESS
) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "data").mkdir(exist_ok=True)
    leros = to_csv(("node_id", "words"), [("harbour", words), ("other", "answered")])
    (folder / "data/leros.csv").write_bytes(leros)
    request = made.asked(BY_AREA)
    said = {
        "request_id": request.request_id,
        "request_digest": made.signed(request).digest.hex(),
        "revision": {"number": 1},
        "answer_digests": digests,
        "files": [{"name": "data/leros.csv", "sha256": hashlib.sha256(leros).hexdigest()}],
    }
    payload = json.dumps(said).encode()
    (folder / "release.json").write_bytes(payload)
    (folder / "release.envelope").write_bytes(envelope_to_bytes(sign(RELEASE, payload, key)))
    return folder


def look(made: MadeNode, folder: Path) -> Counted:
    return counted(made.node, made.item(made.asked(BY_AREA)), folder)


def test_its_own_answer_is_counted(made: MadeNode, tmp_path: Path) -> None:
    found = look(made, publish(made, tmp_path / "out", {"harbour": own_digest(made), "other": "00" * 32}))
    assert (found.is_counted, found.revision, found.digest) == (True, 1, own_digest(made))
    assert ALARM not in made.log()


def test_another_digest_under_its_name_is_an_alarm_in_the_log(made: MadeNode, tmp_path: Path) -> None:
    found = look(made, publish(made, tmp_path / "out", {"harbour": "ab" * 32}))
    assert not found.is_counted
    assert f"counts {'ab' * 32}; this node's own answer is {own_digest(made)}" in found.words
    assert ALARM in made.log()


def test_an_answer_counted_of_a_node_that_made_none_is_an_alarm(made: MadeNode, tmp_path: Path) -> None:
    request = made.asked(BY_AREA, number=2, purpose="curiosity")
    answer_by_file(made.node, RequestParcel((), made.signed(request)).to_bytes(), tmp_path / "b.reply")
    folder = publish(made, tmp_path / "out", {"harbour": "ab" * 32})
    said = json.loads((folder / "release.json").read_text())
    said |= {"request_id": request.request_id, "request_digest": made.signed(request).digest.hex()}
    payload = json.dumps(said).encode()
    (folder / "release.json").write_bytes(payload)
    (folder / "release.envelope").write_bytes(envelope_to_bytes(sign(RELEASE, payload, PRESS)))
    found = counted(made.node, made.item(request), folder)
    assert "own answer is none" in found.words
    assert ALARM in made.log()


@pytest.mark.parametrize("value", [None, 7, "../../etc/passwd", "\x1b[2J"])
def test_what_is_no_digest_is_not_repeated(made: MadeNode, tmp_path: Path, value: object) -> None:
    found = look(made, publish(made, tmp_path / "out", {"harbour": value}))
    assert not found.is_counted
    assert "counts something that is no digest" in found.words
    assert ALARM in made.log()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("has not answered", "may have come after the close"),
        ("sent an answer that does not hold, and is left out", "does not hold"),
    ],
)
def test_a_no_comes_with_what_the_release_says_of_the_lero(
    made: MadeNode, tmp_path: Path, words: str, said: str
) -> None:
    found = look(made, publish(made, tmp_path / "out", {"other": "00" * 32}, words=words))
    assert not found.is_counted
    assert said in found.words
    assert ALARM not in made.log()


def test_a_list_of_leros_that_was_not_signed_is_not_quoted(made: MadeNode, tmp_path: Path) -> None:
    folder = publish(made, tmp_path / "out", {})
    (folder / "data/leros.csv").write_bytes(to_csv(("node_id", "words"), [("harbour", "refused, out of spite")]))
    found = look(made, folder)
    assert "not the one that was signed" in found.words
    assert "spite" not in found.words


def test_a_release_of_somebody_else_is_not_believed(made: MadeNode, tmp_path: Path) -> None:
    stranger = Ed25519PrivateKey.generate()
    with pytest.raises(Unauthorised, match="not signed by a publisher of roster 2"):
        look(made, publish(made, tmp_path / "out", {"harbour": own_digest(made)}, key=stranger))


def test_a_publisher_that_was_taken_off_the_roster_is_not_believed(made: MadeNode, tmp_path: Path) -> None:
    folder = publish(made, tmp_path / "out", {"harbour": own_digest(made)})
    made.accept(publishers=())
    with pytest.raises(Unauthorised):
        look(made, folder)


def test_a_statement_changed_after_signing_is_not_believed(made: MadeNode, tmp_path: Path) -> None:
    folder = publish(made, tmp_path / "out", {})
    changed = (folder / "release.json").read_bytes().replace(b"{}", b'{"harbour": ""}')
    (folder / "release.json").write_bytes(changed)
    with pytest.raises(Unauthorised, match="byte for byte"):
        look(made, folder)


def test_an_unsigned_folder_says_nothing(made: MadeNode, tmp_path: Path) -> None:
    folder = publish(made, tmp_path / "out", {})
    (folder / "release.envelope").unlink()
    with pytest.raises(NotReady, match="no signed release"):
        look(made, folder)


def test_a_release_of_another_request_is_no_answer(made: MadeNode, tmp_path: Path) -> None:
    folder = publish(made, tmp_path / "out", {"harbour": own_digest(made)})
    request = made.asked(BY_AREA, number=2, purpose="curiosity")
    answer_by_file(made.node, RequestParcel((), made.signed(request)).to_bytes(), tmp_path / "b.reply")
    with pytest.raises(Malformed, match="another request"):
        counted(made.node, made.item(request), folder)


def test_a_link_in_the_folder_is_not_followed(made: MadeNode, tmp_path: Path) -> None:
    folder = publish(made, tmp_path / "out", {})
    (folder / "release.json").rename(tmp_path / "elsewhere")
    (folder / "release.json").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Malformed, match="is a link"):
        look(made, folder)
