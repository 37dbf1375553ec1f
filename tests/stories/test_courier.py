"""A LERO that is never connected, from the request to the proof, over files alone; the computation is the real one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import (
    Answer,
    decode_header,
    encode_header,
    read_reply_parcel,
)
from lero_contract.envelope import ANSWER_HEADER, public_bytes, sign
from lero_contract.errors import Conflict
from lero_contract.roster import Party
from lero_coordinator.config import Config
from lero_coordinator.keys import ANALYST, PUBLISHER
from lero_coordinator.listing import sign_and_accept
from lero_coordinator.office import Office
from lero_coordinator.roots_file import PinnedRoots, roots_bytes
from lero_coordinator.service.courier import request_parcel, take_parcel
from lero_node.counted import ALARM, counted
from lero_node.courier import answer_by_file
from support import nodes as at_the_lero
from support.bundles import BY_AREA
from support.nodes import CANARIES
from support.offices import NOW_S, MadeNode, MadeOffice, make_node, take_in
from support.proofs import NORTH_EAST, Round

OTHERS = [make_node(f"other-{i}", [area]) for i, area in enumerate(NORTH_EAST)]


@dataclass(frozen=True)
class Federation:
    """One real node, and an office that knows it beside five that are only keys."""

    lero: at_the_lero.MadeNode
    made: MadeOffice
    folder: Path

    def ask(self) -> Round:
        request = replace(self.made.draft(), tables=(BY_AREA,), price_nano_rho=BY_AREA.price_nano_rho)
        self.made.office.submit(self.made.signed(request), NOW_S)
        return Round(self.made, request, self.folder)


@pytest.fixture
def federation(tmp_path: Path) -> Iterator[Federation]:
    lero = at_the_lero.make_node(tmp_path / "lero")
    lero.import_rows()
    folder = tmp_path / "centre"
    made = office_of(folder, lero)
    yield Federation(lero, made, folder)
    lero.node.close()
    made.office.close()


def office_of(folder: Path, lero: at_the_lero.MadeNode) -> MadeOffice:
    """Under the root that the node has pinned. Its second roster is newer than the one that the node joined with."""
    config = Config(
        federation_id="lero-test", name="A body", address="localhost:1", listen="127.0.0.1:0", synthetic=True
    )
    office = Office.create(folder / "home", config, NOW_S)
    office.set_roots([public_bytes(lero.roots)], 1)
    publisher = Ed25519PrivateKey.generate()
    office.add_party(ANALYST, Party("asker", "body", public_bytes(lero.analyst)), "The body")
    office.add_party(PUBLISHER, Party("press", "body", public_bytes(publisher)), "The body")
    entry = lero.node.entry_in(lero.node.rosters.newest)
    own = MadeNode(entry, lero.node.identity.signing, ec.generate_private_key(ec.SECP256R1()))
    taken_in = {node.node_id: take_in(office, node, NOW_S) for node in (own, *OTHERS)}
    for _ in range(2):
        sign_and_accept(office, (lero.roots,), NOW_S)
    (folder / "roots.json").write_bytes(roots_bytes(PinnedRoots("lero-test", office.roster().roster.roots)))
    return MadeOffice(office, (lero.roots,), lero.analyst, publisher, {n.node_id: n for n in (own, *OTHERS)}, taken_in)


def test_a_lero_without_a_line_is_asked_answers_and_sees_itself_counted(federation: Federation, tmp_path: Path) -> None:
    round_ = federation.ask()
    office, lero = federation.made.office, federation.lero
    parcel = request_parcel(office, round_.request.request_id, NOW_S).to_bytes()
    assert answer_by_file(lero.node, parcel, tmp_path / "harbour.reply").code == ""
    assert lero.node.rosters.newest.version == 2
    assert lero.spent() == BY_AREA.price_nano_rho
    reply = (tmp_path / "harbour.reply").read_bytes()
    assert not any(word.encode() in parcel + reply for word in CANARIES)
    assert take_parcel(office, reply, NOW_S).node_id == "harbour"
    round_.answers(*[node.node_id for node in OTHERS])
    round_.close()
    round_.publish()
    round_.write_evidence()
    assert [check.words for check in round_.verified(evidence=True).failed] == []
    assert counted(lero.node, lero.item(round_.request), round_.landscape).is_counted
    assert not any(
        word.encode() in file.read_bytes()
        for word in CANARIES
        for file in federation.folder.rglob("*")
        if file.is_file()
    )


def test_a_release_without_its_answer_or_with_another_is_seen_by_the_lero(
    federation: Federation, tmp_path: Path
) -> None:
    """The publisher is honest with nobody: it leaves an answer out of its list, or puts another under the name."""
    round_ = federation.ask()
    office, lero = federation.made.office, federation.lero
    parcel = request_parcel(office, round_.request.request_id, NOW_S).to_bytes()
    answer_by_file(lero.node, parcel, tmp_path / "harbour.reply")
    take_parcel(office, (tmp_path / "harbour.reply").read_bytes(), NOW_S)
    round_.answers(*[node.node_id for node in OTHERS])
    round_.close()
    round_.publish()
    item = lero.item(round_.request)
    round_.resign(lambda said: said["answer_digests"].pop("harbour"))
    assert not counted(lero.node, item, round_.landscape).is_counted
    assert not round_.verified().ok, "the list of LEROs still says that it answered"
    assert ALARM not in lero.log()
    round_.resign(lambda said: said["answer_digests"].update(harbour="00" * 32))
    assert not counted(lero.node, item, round_.landscape).is_counted
    assert ALARM in lero.log()


def test_a_file_changed_by_the_courier_is_refused_and_the_true_one_still_taken(
    federation: Federation, tmp_path: Path
) -> None:
    round_ = federation.ask()
    office, lero = federation.made.office, federation.lero
    parcel = request_parcel(office, round_.request.request_id, NOW_S).to_bytes()
    answer_by_file(lero.node, parcel, tmp_path / "harbour.reply")
    true = (tmp_path / "harbour.reply").read_bytes()
    for position in range(0, len(true), 7):
        changed = bytearray(true)
        changed[position] ^= 1
        with pytest.raises(Exception) as refused:
            assert take_parcel(office, bytes(changed), NOW_S).node_id == "nobody"
        assert refused.value is not None
    assert take_parcel(office, true, NOW_S).node_id == "harbour"


def test_a_second_answer_signed_by_a_copy_of_the_node_does_not_replace_the_first(
    federation: Federation, tmp_path: Path
) -> None:
    round_ = federation.ask()
    office, lero = federation.made.office, federation.lero
    parcel = request_parcel(office, round_.request.request_id, NOW_S).to_bytes()
    answer_by_file(lero.node, parcel, tmp_path / "harbour.reply")
    true = read_reply_parcel((tmp_path / "harbour.reply").read_bytes())
    take_parcel(office, true.to_bytes(), NOW_S)
    assert true.answer is not None
    header = replace(decode_header(true.answer.header.payload), publish_alone=True)
    other = Answer(sign(ANSWER_HEADER, encode_header(header), lero.node.identity.signing), true.answer.vector)
    with pytest.raises(Conflict):
        take_parcel(office, replace(true, answer=other).to_bytes(), NOW_S)


def test_a_release_can_be_checked_long_after_on_a_copy_elsewhere(federation: Federation, tmp_path: Path) -> None:
    round_ = federation.ask()
    round_.answers(*[node.node_id for node in OTHERS])
    round_.close()
    round_.publish()
    for name in ("landscape", "roots.json"):
        copy = shutil.copytree if (federation.folder / name).is_dir() else shutil.copy
        (tmp_path / "elsewhere").mkdir(exist_ok=True)
        copy(federation.folder / name, tmp_path / "elsewhere" / name)
    assert replace(round_, folder=tmp_path / "elsewhere").verified().ok
