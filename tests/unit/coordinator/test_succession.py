"""From one authority to the next, on a real disk: who is asked to renew, and who holds the retirement up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from lero_contract.errors import Conflict, Corrupt, NotReady
from lero_coordinator.admitting import Credentials, new_invite, renew
from lero_coordinator.authority import Caller, Kind, was_issued_by
from lero_coordinator.listing import revoke
from lero_coordinator.succession import Behind, must_renew, retire_authority, rotate_authority, who_is_behind
from lero_coordinator.tls_files import read_authorities, read_trusted, server_files
from support.offices import DAY_S, NOW_S, MadeOffice, make_node, make_office, tls_request


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node("east"), make_node("west")])
    yield office
    office.office.close()


def renewed(made: MadeOffice, node_id: str, now_s: int = NOW_S) -> Credentials:
    return renew(made.office, Caller(Kind.NODE, node_id), tls_request(made.nodes[node_id].tls_key), now_s)


def calls(made: MadeOffice, given: Credentials) -> bool:
    """Whether a node that polls with it is asked to renew."""
    return must_renew(made.office, given.tls_certificate, NOW_S)


def issuer(made: MadeOffice, pem: bytes) -> int:
    certificate = x509.load_pem_x509_certificate(pem)
    [number] = [n for n, a in read_trusted(made.office.home).items() if was_issued_by(certificate, a)]
    return number


def server_issuer(made: MadeOffice, now_s: int = NOW_S) -> int:
    return issuer(made, server_files(made.office.home, "localhost", now_s).certificate)


def test_keys_of_authorities_are_for_this_account_alone(made: MadeOffice) -> None:
    rotate_authority(made.office, NOW_S)
    keys = made.office.home.keys
    assert sorted(f.name for f in keys.glob("authority-*")) == [
        *("authority-1.crt", "authority-1.key", "authority-2.crt", "authority-2.key"),
    ]
    assert {f.stat().st_mode & 0o777 for f in keys.glob("*.key")} == {0o600}


def test_without_a_rotation_nobody_is_asked_to_renew(made: MadeOffice) -> None:
    assert not calls(made, made.credentials["east"])
    assert not calls(made, renewed(made, "east"))


def test_the_newest_issues_for_callers_and_the_oldest_for_the_server(made: MadeOffice) -> None:
    assert server_issuer(made) == 1
    assert rotate_authority(made.office, NOW_S) == 2
    assert server_issuer(made) == 1
    assert server_issuer(made, NOW_S + 46 * DAY_S) == 1  # made anew, and still what every node trusts
    assert issuer(made, renewed(made, "east").tls_certificate) == 2
    invite = new_invite(made.office, "north", "north", "North", NOW_S)
    assert issuer(made, invite.tls_certificate) == 2
    assert invite.authorities == read_authorities(made.office.home).bundle
    assert retire_authority(made.office, NOW_S, anyway=True) == 1
    assert server_issuer(made) == 2


def test_a_node_is_asked_until_it_calls_with_what_it_was_given(made: MadeOffice) -> None:
    rotate_authority(made.office, NOW_S)
    assert calls(made, made.credentials["east"])
    renewed(made, "east")  # this reply was lost on the way
    assert calls(made, made.credentials["east"])
    assert who_is_behind(made.office, NOW_S) == Behind(("east", "west"), ())
    assert not calls(made, renewed(made, "east"))
    assert who_is_behind(made.office, NOW_S) == Behind(("west",), ())


def test_retirement_waits_for_every_node_and_names_those_that_hold_it_up(made: MadeOffice) -> None:
    rotate_authority(made.office, NOW_S)
    calls(made, renewed(made, "east"))
    with pytest.raises(NotReady, match=r": west\."):
        retire_authority(made.office, NOW_S)
    calls(made, renewed(made, "west"))
    assert retire_authority(made.office, NOW_S) == 1
    assert list(read_trusted(made.office.home)) == [2]
    assert not (made.office.home.keys / "authority-1.key").exists()


def test_a_certificate_that_has_run_out_holds_nothing_up(made: MadeOffice) -> None:
    rotate_authority(made.office, NOW_S)
    later = NOW_S + 61 * DAY_S
    assert who_is_behind(made.office, later) == Behind((), ())
    assert retire_authority(made.office, later) == 1


def test_an_open_invite_of_the_old_authority_holds_the_retirement_up(made: MadeOffice) -> None:
    new_invite(made.office, "north", "north", "North", NOW_S)
    rotate_authority(made.office, NOW_S)
    new_invite(made.office, "south", "south", "South", NOW_S)
    for node_id in ("east", "west"):
        calls(made, renewed(made, node_id))
    with pytest.raises(NotReady, match=r": north\."):
        retire_authority(made.office, NOW_S)


def test_after_the_retirement_nodes_are_asked_once_more_to_forget_the_old_one(made: MadeOffice) -> None:
    rotate_authority(made.office, NOW_S)
    both = {node_id: renewed(made, node_id) for node_id in ("east", "west")}
    assert not any(calls(made, given) for given in both.values())
    retire_authority(made.office, NOW_S)
    assert calls(made, both["east"])
    given = renewed(made, "east")
    assert given.authorities == read_authorities(made.office.home).newest.certificate_pem
    assert not calls(made, given)


def test_one_rotation_at_a_time_and_never_the_last_authority(made: MadeOffice) -> None:
    with pytest.raises(NotReady, match="one authority"):
        retire_authority(made.office, NOW_S, anyway=True)
    rotate_authority(made.office, NOW_S)
    with pytest.raises(Conflict, match="two authorities"):
        rotate_authority(made.office, NOW_S)
    retire_authority(made.office, NOW_S, anyway=True)
    assert rotate_authority(made.office, NOW_S) == 3  # a number, and so a name, is never used again


def test_the_servers_certificate_is_made_anew_at_half_its_life(made: MadeOffice) -> None:
    first = server_files(made.office.home, "localhost", NOW_S)
    assert server_files(made.office.home, "localhost", NOW_S + 44 * DAY_S) == first
    assert server_files(made.office.home, "localhost", NOW_S + 46 * DAY_S).certificate != first.certificate


def test_the_authority_of_another_home_is_noticed(made: MadeOffice, tmp_path: Path) -> None:
    make_office(tmp_path / "other", []).office.close()
    theirs = (tmp_path / "other/keys/authority-1.crt").read_bytes()
    (made.office.home.keys / "authority-1.crt").write_bytes(theirs)
    with pytest.raises(Corrupt, match="does not belong"):
        renewed(made, "east")


def test_a_revoked_node_holds_no_retirement_up(made: MadeOffice) -> None:
    rotate_authority(made.office, NOW_S)
    calls(made, renewed(made, "east"))
    assert who_is_behind(made.office, NOW_S) == Behind(("west",), ())
    revoke(made.office, "node", "west", NOW_S)
    assert retire_authority(made.office, NOW_S) == 1
