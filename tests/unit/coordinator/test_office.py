"""An office on a real disk: what it holds outlives it, and nothing happens twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import encode_request
from lero_contract.envelope import REQUEST, Envelope, public_bytes, sign
from lero_contract.errors import Conflict, LeroError, Malformed, NotReady, OutOfTime, Unauthorised
from lero_contract.roster import Party
from lero_coordinator.config import Config, Home
from lero_coordinator.keys import ANALYST
from lero_coordinator.listing import sign_and_accept
from lero_coordinator.office import Office
from lero_coordinator.store import people
from lero_coordinator.tls_files import make_authority, read_trusted
from support.offices import NOW_S, MadeOffice, make_node, make_office


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node("east"), make_node("west")], roots=2)
    yield office
    office.office.close()


def test_a_home_is_made_once_and_its_keys_are_for_this_account_alone(made: MadeOffice) -> None:
    home = made.office.home
    assert home.keys.stat().st_mode & 0o777 == 0o700
    assert (home.keys / "authority-1.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(NotReady, match="already"):
        Office.create(home.folder, made.office.config, NOW_S)


def test_no_signing_key_is_anywhere_in_the_home(made: MadeOffice) -> None:
    made.submitted()
    content = b"".join(f.read_bytes() for f in made.office.home.folder.rglob("*") if f.is_file())
    for key in (*made.roots, made.analyst, made.publisher):
        assert public_bytes(key) in content
        assert key.private_bytes_raw() not in content


def test_a_failed_signing_leaves_the_old_roster(made: MadeOffice) -> None:
    with pytest.raises(Unauthorised):
        sign_and_accept(made.office, made.roots[:1], NOW_S)
    assert made.office.roster().roster.version == 1


def test_roots_are_recorded_once(made: MadeOffice) -> None:
    with pytest.raises(Conflict):
        made.office.set_roots([public_bytes(Ed25519PrivateKey.generate())], 1)
    made.office.set_roots([public_bytes(key) for key in made.roots], 2)


def test_a_partys_name_keeps_its_key_and_an_organisation_its_name(made: MadeOffice) -> None:
    other = Party("asker", "body", public_bytes(Ed25519PrivateKey.generate()))
    with pytest.raises(Conflict, match="asker"):
        made.office.add_party(ANALYST, other, "The body")
    with pytest.raises(Conflict, match="another name"):
        made.office.add_party(ANALYST, replace(other, party_id="second"), "Another body")


@pytest.mark.parametrize(("party_id", "organisation_id"), [("J Analyst", "body"), ("second", "The body"), ("", "body")])
def test_a_party_without_a_short_name_is_not_recorded(made: MadeOffice, party_id: str, organisation_id: str) -> None:
    party = Party(party_id, organisation_id, public_bytes(Ed25519PrivateKey.generate()))
    with pytest.raises(Malformed, match="lower-case"):
        made.office.add_party(ANALYST, party, "The body")
    with made.office.store.reading() as connection:
        assert [p.party_id for p in people.parties_of(connection, ANALYST)] == ["asker"]


def test_before_roots_and_roster_each_step_says_which_comes_first(tmp_path: Path) -> None:
    config = Config(federation_id="lero-test", name="A body", address="localhost:1", listen="localhost:1")
    office = Office.create(tmp_path / "home", config, NOW_S)
    with pytest.raises(NotReady, match="No root keys"):
        sign_and_accept(office, [], NOW_S)
    with pytest.raises(NotReady, match="No roster"):
        office.roster()
    office.close()


def test_a_submitted_request_outlives_the_office_and_is_one_however_often_it_comes(made: MadeOffice) -> None:
    request = made.draft()
    made.office.submit(made.signed(request), NOW_S)
    sign_and_accept(made.office, made.roots, NOW_S)
    again = Office(made.office.home.folder)
    assert again.submit(made.signed(request), NOW_S) == request
    assert [r.request_id for r in again.rounds(NOW_S)] == [request.request_id]
    assert again.request(request.request_id) == request
    again.close()


def refused_as(made: MadeOffice, envelope: Envelope, now_s: int = NOW_S) -> type[LeroError]:
    with pytest.raises(LeroError) as raised:
        made.office.submit(envelope, now_s)
    assert made.office.rounds(now_s) == ()
    return type(raised.value)


def test_a_request_by_anyone_but_a_listed_analyst_is_refused(made: MadeOffice) -> None:
    payload = encode_request(made.draft())
    for key in (made.publisher, made.roots[0], Ed25519PrivateKey.generate()):
        assert refused_as(made, sign(REQUEST, payload, key)) is Unauthorised


def test_a_changed_request_is_refused(made: MadeOffice) -> None:
    genuine = made.signed(made.draft())
    flipped = bytearray(genuine.payload)
    flipped[40] ^= 1
    assert refused_as(made, replace(genuine, payload=bytes(flipped))) is Unauthorised


def test_a_request_for_elsewhere_another_time_or_an_old_roster_is_refused(made: MadeOffice) -> None:
    good = made.draft()
    assert refused_as(made, made.signed(replace(good, federation_id="other"))) is Malformed
    assert refused_as(made, made.signed(replace(good, synthetic=False))) is Malformed
    assert refused_as(made, made.signed(replace(good, dictionary_digest=bytes(32)))) is Malformed
    assert refused_as(made, made.signed(replace(good, cohort=("north",)))) is Unauthorised
    assert refused_as(made, made.signed(good), good.closes_at_s) is OutOfTime
    sign_and_accept(made.office, made.roots, NOW_S)
    assert refused_as(made, made.signed(good)) is Conflict


def test_a_used_id_with_other_content_is_refused_and_the_first_stands(made: MadeOffice) -> None:
    request = made.submitted()
    with pytest.raises(Conflict):
        made.office.submit(made.signed(replace(request, title="Another question")), NOW_S)
    assert made.office.request(request.request_id) == request


def test_a_round_is_closed_once(made: MadeOffice) -> None:
    request = made.submitted()
    assert made.office.close_round(request.request_id, NOW_S + 5).closed_at_s == NOW_S + 5
    assert made.office.close_round(request.request_id, NOW_S + 9).closed_at_s == NOW_S + 5


def test_an_unknown_request_is_said_to_be_unknown(made: MadeOffice) -> None:
    with pytest.raises(Malformed, match="No request"):
        made.office.round_state("f" * 32, NOW_S)


def test_a_home_whose_making_broke_off_is_made_by_the_next_try(tmp_path: Path) -> None:
    """Power goes after the authority is made and before the settings are; and before anything else is."""
    config = Config(federation_id="lero-test", name="Body", address="localhost:1", listen="localhost:1")
    made_before = make_authority(Home(tmp_path / "one"), "lero-test", NOW_S)
    office = Office.create(tmp_path / "one", config, NOW_S)
    assert list(read_trusted(office.home)) == [made_before]
    office.close()
    with pytest.raises(NotReady, match="already"):
        Office.create(tmp_path / "one", config, NOW_S)
    (tmp_path / "two").mkdir()
    Office.create(tmp_path / "two", config, NOW_S).close()
