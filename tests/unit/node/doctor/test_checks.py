"""The doctor finds what is broken, one line each, and goes on looking; it says nothing about a member."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from lero_contract.errors import Corrupt, Unauthorised, Unavailable
from lero_contract.ledger_mark import LedgerHead
from lero_node.answer import answer
from lero_node.compute.parent import check_noise
from lero_node.data.sealing import StorageKey
from lero_node.doctor import Instruments, Mark, Verdict, examine
from lero_node.home import Home
from lero_node.link.membership import Membership
from lero_node.link.relay import News
from lero_node.link.tls import TlsFiles, open_tls, store_tls
from support.nodes import CANARIES, KEY, MadeNode, make_node, marks_beside
from support.requests import ISSUED_S, table

ALL = [
    *("settings", "key", "policy", "identity", "membership", "signed list", "entry", "certificate", "ledger", "log"),
    *("witnesses", "coordinator", "import", "noise", "disk", "clock"),
]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeNode]:
    """A node with records, one answer, and a certificate for ninety days."""
    found = make_node(tmp_path)
    found.import_rows()
    answer(found.node, found.heard(found.asked(table())))
    certified(found, 90)
    yield found
    found.node.close()


def certificate(days: int) -> bytes:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    begins = datetime.fromtimestamp(ISSUED_S, UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, begins, begins + timedelta(days=days))
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


def certified(made: MadeNode, days: int) -> None:
    files = open_tls(made.home.tls, KEY)
    store_tls(made.home.tls, KEY, replace(files, certificate=certificate(days)))


def nothing_new(_: Membership, __: TlsFiles, ___: int) -> News:
    return News((), (), ())


def instruments(made: MadeNode, **changes: object) -> Instruments:
    sound = Instruments(
        open_key=lambda: KEY,
        marks=marks_beside(made.home),
        clock=lambda: float(ISSUED_S),
        free=lambda _: 2**40,
        check_noise=lambda _: None,
        poll=nothing_new,
    )
    return replace(sound, **changes)  # type: ignore[arg-type]


def found(made: MadeNode, **changes: object) -> dict[str, Verdict]:
    return {verdict.check: verdict for verdict in examine(made.home, instruments(made, **changes))}


def wrong(verdicts: dict[str, Verdict]) -> list[str]:
    return [name for name, verdict in verdicts.items() if verdict.mark is Mark.WRONG]


def test_a_sound_node_passes_every_check_in_order(made: MadeNode) -> None:
    verdicts = found(made)
    assert list(verdicts) == ALL
    assert {verdict.mark for verdict in verdicts.values()} == {Mark.OK}
    assert "two of three kinds keep its head" in verdicts["witnesses"].words.lower()


def test_no_line_says_anything_of_a_member(made: MadeNode) -> None:
    said = " ".join(f"{verdict.words} {verdict.next_step}" for verdict in found(made).values())
    assert not any(canary in said for canary in CANARIES)
    assert "member" not in said.replace("membership", "")


def test_a_computer_that_is_no_node_is_told_so_and_nothing_else(made: MadeNode, tmp_path: Path) -> None:
    [only] = examine(Home(tmp_path / "nowhere"), instruments(made))
    assert (only.check, only.mark, only.exit_code) == ("settings", Mark.WRONG, 2)


def test_a_key_that_does_not_open_leaves_out_what_needs_it_and_looks_at_the_rest(made: MadeNode) -> None:
    def locked() -> StorageKey:
        raise Unauthorised("The key is another.")

    verdicts = found(made, open_key=locked)
    assert wrong(verdicts) == ["key"]
    assert not verdicts.keys() & {"identity", "import", "entry", "witnesses", "coordinator"}
    assert verdicts["ledger"].mark is Mark.OK


def test_a_policy_that_was_changed_and_not_confirmed_is_wrong(made: MadeNode) -> None:
    looser = made.home.policy.read_text().replace("publish_alone = false", "publish_alone = true")
    made.home.policy.write_text(looser)
    verdicts = found(made)
    assert wrong(verdicts) == ["policy"]
    assert "policy confirm" in verdicts["policy"].next_step


def test_a_changed_row_is_named_and_the_log_is_looked_at_all_the_same(made: MadeNode) -> None:
    made.node.close()
    with sqlite3.connect(made.home.ledger) as connection:
        connection.execute("DROP TRIGGER ledger_no_update")
        connection.execute("UPDATE ledger SET nano_rho = 1 WHERE state = 'reserved'")
    connection.close()
    verdicts = found(made)
    assert "Row 2 of the ledger" in verdicts["ledger"].words
    assert (verdicts["ledger"].mark, verdicts["ledger"].exit_code) == (Mark.WRONG, 6)
    assert verdicts["log"].mark is Mark.OK
    made.node = make_node(made.home.folder.parent / "other").node


def test_a_missing_log_is_not_made_anew(made: MadeNode) -> None:
    made.node.close()
    made.home.log.unlink()
    assert "missing" in found(made)["log"].words
    assert "missing" in found(made)["log"].words, "it was made by the first look"
    made.node = make_node(made.home.folder.parent / "other").node


def test_a_restored_folder_is_told_by_its_witness(made: MadeNode) -> None:
    made.home.restored.write_text("1\n")
    verdicts = found(made)
    assert wrong(verdicts) == ["witnesses"]
    assert "write-off" in verdicts["witnesses"].next_step


def test_a_newer_ledger_that_the_coordinator_knows_is_wrong_and_remembered_here(made: MadeNode) -> None:
    newer = made.node.witness.signed(LedgerHead(9, bytes(32)))
    assert wrong(found(made, poll=lambda *_: News((), (), (), ledger_mark=newer))) == ["coordinator"]
    assert wrong(found(made)) == ["witnesses"], "found again without the coordinator"


def test_without_a_certificate_that_can_be_read_nobody_is_called(made: MadeNode) -> None:
    made.home.tls.write_bytes(made.home.tls.read_bytes()[:-1])
    verdicts = found(made)
    assert wrong(verdicts) == ["certificate"]
    assert "coordinator" not in verdicts


def test_a_node_without_a_line_or_not_listed_yet_is_not_called_broken(made: MadeNode) -> None:
    made.home.tls.unlink()
    made.accept(nodes=())
    verdicts = found(made)
    assert wrong(verdicts) == [] and "coordinator" not in verdicts
    assert [verdicts[name].mark for name in ("entry", "certificate")] == [Mark.LOOK, Mark.LOOK]
    assert all(verdicts[name].next_step for name in ("entry", "certificate"))


def test_offline_nobody_is_called(made: MadeNode) -> None:
    assert "coordinator" not in found(made, poll=None)


def test_each_trouble_outside_has_its_own_line(made: MadeNode) -> None:
    def silent(*_: object) -> News:
        raise Unavailable("Nothing answers.")

    def biased(_: object) -> None:
        raise Corrupt("The mean is not zero.")

    def gone(folder: Path) -> int:
        raise FileNotFoundError(2, "No such file or directory", str(folder))

    verdicts = found(made, poll=silent, check_noise=biased, free=gone)
    assert wrong(verdicts) == ["coordinator", "noise", "disk"]
    assert [verdicts[name].exit_code for name in ("coordinator", "noise", "disk")] == [5, 6, 5]


def test_a_snapshot_that_was_changed_is_wrong(made: MadeNode) -> None:
    [members] = made.home.store.rglob("members.parquet")
    members.write_bytes(members.read_bytes()[:-1] + b"x")
    assert wrong(found(made)) == ["import"]


def test_the_real_sampler_passes_in_a_process_of_its_own_and_a_senseless_scale_does_not() -> None:
    check_noise((2.0, 20.0))
    with pytest.raises(Unavailable, match="ValueError"):
        check_noise((-1.0,))
