"""What is stated beside what is listed; sent, it is signed by the identity key alone and brings a certificate back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lero_contract.codec import decode_enrolment, envelope_from_bytes
from lero_contract.dictionary import load_dictionary
from lero_contract.envelope import ENROLMENT, Envelope, key_id, open_one
from lero_contract.errors import DataNotValid
from lero_node.data.mapping import parse_mapping
from lero_node.home import load_settings, save_settings
from lero_node.importing import use_mapping
from lero_node.link.tls import Credentials, open_tls
from lero_node.profile import profile_of, send, written
from support.nodes import KEY, MAPPING, MadeNode, make_node

WITHOUT_SEX = MAPPING.replace('sex = { column = "Gender", values = { "M" = "male", "F" = "female" } }\n', "")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeNode]:
    found = make_node(tmp_path)
    yield found
    found.node.close()


def test_a_list_that_says_what_is_stated_agrees(made: MadeNode) -> None:
    found = profile_of(made.node)
    assert found.agree
    assert ["serves E06000062", "yes", "yes"] in found.rows()
    assert ["complete from", "2018-04-01", "2018-04-01"] in found.rows()


def test_what_was_changed_here_stands_beside_what_is_listed(made: MadeNode) -> None:
    settings = load_settings(made.home).model_copy(update={"areas": ["E06000001"], "public_members": 0})
    save_settings(made.home, settings)
    found = profile_of(made.node)
    assert not found.agree
    assert ["serves E06000001", "yes", "no"] in found.rows()
    assert ["serves E06000062", "no", "yes"] in found.rows()
    assert ["members, in public", "not stated", "200"] in found.rows()


def test_an_area_that_is_none_is_not_stated(made: MadeNode) -> None:
    save_settings(made.home, load_settings(made.home).model_copy(update={"areas": ["E12000004"]}))
    with pytest.raises(DataNotValid, match="E12000004"):
        profile_of(made.node)


def test_a_node_that_is_not_listed_states_all_the_same(made: MadeNode) -> None:
    made.accept(nodes=())
    found = profile_of(made.node)
    assert found.listed is None and found.to_dict()["listed"] is None
    assert ["records sex", "yes", "no"] in found.rows()


def test_sending_signs_by_the_identity_key_alone_and_stores_the_certificate(made: MadeNode) -> None:
    sent: list[Envelope] = []
    before = open_tls(made.home.tls, KEY)

    def enrol(wish: Envelope) -> Credentials:
        sent.append(wish)
        return made.inviter.certified(decode_enrolment(wish.payload).tls_request)

    send(made.node, profile_of(made.node), enrol)
    [wish] = [decode_enrolment(envelope.payload) for envelope in sent]
    own = made.node.entry_in(made.node.rosters.newest).identity_key
    open_one(sent[0], ENROLMENT, {key_id(own): own})
    assert (wish.entry, wish.organisation_name, wish.invite_id) == (
        made.node.entry_in(made.node.rosters.newest),
        "Harbour",
        "",
    )
    assert open_tls(made.home.tls, KEY) != before
    assert made.log()[-1] == "profile sent"


def test_by_file_the_certificate_stays(made: MadeNode) -> None:
    before = open_tls(made.home.tls, KEY)
    wish = decode_enrolment(envelope_from_bytes(written(made.node, profile_of(made.node))).payload)
    assert wish.entry.node_id == "harbour"
    assert open_tls(made.home.tls, KEY) == before


def test_a_smaller_mapping_is_stated_first_listed_then_and_taken_into_use_last(made: MadeNode) -> None:
    smaller = profile_of(made.node, parse_mapping(WITHOUT_SEX, load_dictionary()))
    assert ["records sex", "no", "yes"] in smaller.rows()
    with pytest.raises(DataNotValid, match="sex"):
        use_mapping(made.home, WITHOUT_SEX)
    made.accept(nodes=(smaller.stated,))
    use_mapping(made.home, WITHOUT_SEX)
    assert profile_of(made.node).agree


def test_before_a_node_is_listed_its_mapping_may_read_less(made: MadeNode) -> None:
    listed = made.node.entry_in(made.node.rosters.newest)
    made.accept(nodes=())
    use_mapping(made.home, WITHOUT_SEX)
    made.accept(nodes=(listed,))
    with pytest.raises(DataNotValid, match="sex"):
        made.import_rows()
