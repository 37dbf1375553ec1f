"""A LERO joins over a real line: sockets and TLS, an office on disk, and the node's own modules at the other end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import Invite, envelope_from_bytes
from lero_contract.envelope import public_bytes
from lero_contract.errors import Conflict, LeroError, Unauthorised, Unavailable
from lero_contract.roster import NodeEntry
from lero_coordinator.admitting import enrol_by_file, new_invite, withdraw_invite
from lero_coordinator.config import Config
from lero_coordinator.listing import sign_and_accept
from lero_coordinator.office import Office
from lero_node.home import Home, Settings, load_settings, save_settings
from lero_node.joining import join, join_by_file
from lero_node.link.relay import Relay, enrol_by_invite
from lero_node.link.renewal import Renewal
from lero_node.link.tls import TlsFiles, open_tls
from lero_node.node import Node, open_node
from lero_node.profile import profile_of, send
from lero_node.setup import initialise
from support.listeners import listening
from support.nodes import KEY, MAPPING, POLICY, marks_beside


@dataclass
class Centre:
    """An office that has signed an empty list, and listens."""

    office: Office
    root: Ed25519PrivateKey
    port: int

    def invite(self) -> Invite:
        names = ("harbour", "harbour-org", "Harbour")
        return new_invite(self.office, *names, now(), address=f"localhost:{self.port}")

    def listed(self) -> list[NodeEntry]:
        """On the next list."""
        return list(sign_and_accept(self.office, [self.root], now()).nodes)


def now() -> int:
    return int(time.time())


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    config = Config(federation_id="lero-test", name="A body", address="localhost:7443", listen="127.0.0.1:0")
    office, root = Office.create(tmp_path / "centre", config, now()), Ed25519PrivateKey.generate()
    office.set_roots([public_bytes(root)], 1)
    sign_and_accept(office, [root], now())
    with listening(office) as port:
        yield Centre(office, root, port)
    office.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return computer(tmp_path / "harbour")


def computer(folder: Path) -> Home:
    home = Home(folder)
    home.make()
    settings = Settings(areas=["E06000062"], public_members=200, storage_key="credential:test")
    initialise(home, settings, POLICY, MAPPING, lambda: KEY)
    return home


def joined(home: Home, invite: Invite) -> Node:
    join(home, invite, KEY, enrol_by_invite, now(), marks_beside(home))
    return open_node(home, KEY, time.time, marks_beside(home))


def line_of(node: Node) -> Relay:
    return Relay(node.membership.address, open_tls(node.home.tls, KEY))


def test_an_invite_makes_a_node_that_hears_of_the_list_that_names_it(centre: Centre, home: Home) -> None:
    node = joined(home, centre.invite())
    assert not node.is_listed
    centre.listed()
    line = line_of(node)
    [roster] = line.poll(node.rosters.newest.version, [], 0, "test").rosters
    assert node.rosters.accept(roster, now())
    assert node.is_listed and profile_of(node).agree
    line.close()
    node.close()


def test_an_invite_is_good_for_one_computer_and_for_that_one_again(centre: Centre, home: Home, tmp_path: Path) -> None:
    invite = centre.invite()
    joined(home, invite).close()
    with pytest.raises(Conflict, match="another computer has used it"):
        join(computer(tmp_path / "thief"), invite, KEY, enrol_by_invite, now(), marks_beside(home))
    joined(home, invite).close()  # as after a lost reply
    assert [entry.node_id for entry in centre.listed()] == ["harbour"]


def test_a_withdrawn_or_altered_invite_makes_nobody(centre: Centre, home: Home) -> None:
    invite = centre.invite()
    altered = replace(invite, organisation_name="Somebody else")
    forged = replace(invite, invite_key=Ed25519PrivateKey.generate().private_bytes_raw())
    for wrong in (altered, forged):
        with pytest.raises(Unauthorised, match="did not take this invite"):
            join(home, wrong, KEY, enrol_by_invite, now(), marks_beside(home))
    withdraw_invite(centre.office, "harbour", now())
    with pytest.raises(Unauthorised, match="did not take this invite"):
        join(home, invite, KEY, enrol_by_invite, now(), marks_beside(home))
    assert not home.membership.exists()
    assert centre.listed() == []


def test_an_invite_pins_the_authority_so_that_no_other_coordinator_is_spoken_to(
    centre: Centre, home: Home, tmp_path: Path
) -> None:
    other = Office.create(tmp_path / "other", centre.office.config, now())
    with listening(other) as port, pytest.raises(Unavailable):
        join(
            home, replace(centre.invite(), address=f"localhost:{port}"), KEY, enrol_by_invite, now(), marks_beside(home)
        )
    other.close()
    assert not home.membership.exists()


def test_an_invite_s_certificate_cannot_poll_or_renew(centre: Centre) -> None:
    invite = centre.invite()
    line = Relay(invite.address, TlsFiles(invite.tls_key, invite.tls_certificate, invite.authorities))
    for call in (lambda: line.poll(0, [], 0, "test"), lambda: line.renew(b"")):
        with pytest.raises(LeroError) as refused:
            call()
        assert isinstance(refused.value, Unauthorised)
    line.close()


def test_a_certificate_is_renewed_over_the_line_and_the_line_goes_on_with_the_new_one(
    centre: Centre, home: Home
) -> None:
    node = joined(home, centre.invite())
    before, line, notes = open_tls(home.tls, KEY), line_of(node), list[str]()
    line.poll(node.rosters.newest.version, [], 0, "test")
    Renewal(home.tls, KEY, "harbour", lambda event, words: notes.append(event)).look(line, True, now())
    assert notes == ["certificate renewed"]
    assert line.tls == open_tls(home.tls, KEY) != before
    centre.listed()
    assert len(line.poll(node.rosters.newest.version, [], 0, "test").rosters) == 1
    line.close()
    node.close()


def test_a_profile_that_is_sent_stands_on_the_next_list(centre: Centre, home: Home) -> None:
    node = joined(home, centre.invite())
    save_settings(home, load_settings(home).model_copy(update={"public_members": 300}))
    line = line_of(node)
    send(node, profile_of(node), line.enrol)
    line.close()
    [entry] = centre.listed()
    assert (entry.public_members, entry) == (300, profile_of(node).stated)
    node.close()


def test_a_wish_that_is_carried_is_taken_in_and_the_same_invite_brings_a_line_later(centre: Centre, home: Home) -> None:
    invite = centre.invite()
    _, wish = join_by_file(home, invite, KEY, now(), marks_beside(home))
    assert enrol_by_file(centre.office, envelope_from_bytes(wish), now()).node_id == "harbour"
    assert [entry.node_id for entry in centre.listed()] == ["harbour"]
    node = joined(home, invite)
    line = line_of(node)
    assert len(line.poll(node.rosters.newest.version, [], 0, "test").rosters) == 1
    line.close()
    node.close()
