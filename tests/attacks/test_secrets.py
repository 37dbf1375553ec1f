"""Members and keys stand nowhere that they need not: no file, no log, no argument, no environment, no core dump."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from lero_coordinator.demo.population import CUT_DATE, canaries, make_population
from lero_coordinator.demo.population.leros import FEWEST_LEROS
from lero_coordinator.landscape import publish
from lero_coordinator.release import release_of
from lero_node.data.sealing import StorageKey
from lero_node.link.identity import open_identity
from support.faulty import LEROS_SEED, Faulty, FaultyNode, Launch, until

pytestmark = pytest.mark.real_run


@pytest.fixture(scope="module")
def planted() -> list[bytes]:
    """Values of members that stand in the exports and should stand nowhere else, and members' own ids."""
    population = make_population(FEWEST_LEROS, LEROS_SEED)
    assert population.cut_date == CUT_DATE
    words = [*canaries(population), *(lero.members["member_id"].iloc[0] for lero in population.leros)]
    return [str(word).encode() for word in words]


def secrets_of(node: FaultyNode) -> list[bytes]:
    """The storage key and the identity key, in every form somebody might write them."""
    identity = open_identity(node.home / "identity.sealed", StorageKey(node.storage_key))
    keys = [node.storage_key, identity.signing.private_bytes_raw()]
    return [form for key in keys for form in (key, key.hex().encode(), base64.b64encode(key))]


def files_in(*folders: Path) -> Iterator[Path]:
    """Everything but what a LERO exported itself."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and not any(part.startswith("export") for part in path.relative_to(folder).parts):
                yield path


def check_absent(words: Sequence[bytes], content: bytes, where: object) -> None:
    for word in words:
        assert word not in content, where


@pytest.mark.attack("L11")
def test_no_file_log_or_temporary_file_holds_a_member_or_a_key(
    attacked: Faulty, planted: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    for node in attacked.nodes.values():  # again, so that what they leave in a temporary folder is seen
        node.stop()
        node.command("import", str(node.folder / "export"), "--complete-to", CUT_DATE.isoformat())
        node.start_afresh()
    request_id = attacked.ask()
    attacked.check_answered_once(request_id)
    release = release_of(attacked.running.office, attacked.running.wait(request_id))
    published = tmp_path / "landscape"
    publish(release, published, publisher_key=attacked.running.publisher, notice=None, made_on=CUT_DATE)
    words = [*planted, *(secret for node in attacked.nodes.values() for secret in secrets_of(node))]
    searched = 0
    for path in files_in(attacked.folder, temporary, published):
        check_absent(words, path.read_bytes(), path)
        searched += 1
    assert searched > 50


@pytest.mark.attack("L11")
def test_no_argument_or_environment_of_a_running_process_or_its_child_holds_a_key_and_none_may_dump_core(
    attacked: Faulty,
) -> None:
    words = [secret for node in attacked.nodes.values() for secret in secrets_of(node)]
    request_id = attacked.ask()
    seen: set[int] = set()

    def look() -> bool:
        """At everything that runs, over and over while an answer is computed."""
        for process in [*(node.pid for node in attacked.nodes.values()), attacked.server.pid]:
            children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
            seen.update(look_at(int(number), words) for number in (str(process), *children))
        return set(attacked.held(request_id)) == set(attacked.nodes)

    until(look)
    assert len(seen - {0}) > 1 + len(attacked.nodes)  # a child too


def look_at(process: int, words: Sequence[bytes]) -> int:
    """Its arguments and environment; 0 where it has ended meanwhile."""
    try:
        for part in ("cmdline", "environ"):
            check_absent(words, Path(f"/proc/{process}/{part}").read_bytes(), part)
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return process


@pytest.mark.attack("L11")
def test_a_crash_dumps_no_core_even_where_the_system_would_allow_it(attacked: Faulty) -> None:
    node = next(iter(attacked.nodes.values()))
    node.stop()
    node.start_with(Launch(before=("prlimit", "--core=unlimited")))
    attacked.await_heard(node)
    attacked.server.kill()
    attacked.server.start_again(Launch(before=("prlimit", "--core=unlimited")))
    for process in (node.pid, attacked.server.pid):
        limits = Path(f"/proc/{process}/limits").read_text()
        [line] = [line for line in limits.splitlines() if line.startswith("Max core file size")]
        assert line.split()[4:6] == ["0", "0"], line
