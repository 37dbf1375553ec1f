"""The line's key and certificate: sealed whole, used only where they belong together, renewed at half their life."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from lero_contract.errors import Corrupt, LeroError, Malformed, NotReady, OutOfTime
from lero_coordinator.authority import new_authority
from lero_node.data.sealing import StorageKey
from lero_node.link.tls import (
    Credentials,
    TlsFiles,
    certificate_request,
    check_credentials,
    has_expired,
    new_key,
    open_tls,
    renewal_due,
    store_tls,
)
from support.inviting import Inviter
from support.requests import DAY_S, ISSUED_S

KEY, OTHER = StorageKey(bytes(32)), StorageKey(b"\x01" * 32)
LIFE_S, BACKDATE_S = 60 * DAY_S, 600  # as the coordinator issues them
HALF_S = ISSUED_S - BACKDATE_S + (LIFE_S + BACKDATE_S) // 2


@pytest.fixture
def inviter() -> Inviter:
    return Inviter()


def issued(inviter: Inviter, key: bytes, node_id: str = "harbour") -> Credentials:
    return inviter.certified(certificate_request(key, "harbour"), node_id)


def made(inviter: Inviter) -> TlsFiles:
    key = new_key()
    return check_credentials(key, issued(inviter, key), "harbour", ISSUED_S)


def test_a_request_is_signed_by_the_key_in_the_name_of_the_node() -> None:
    request = x509.load_der_x509_csr(certificate_request(new_key(), "harbour"))
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == "CN=harbour"


def test_the_files_come_back_as_they_were_stored_and_none_is_readable(inviter: Inviter, tmp_path: Path) -> None:
    path, files = tmp_path / "tls.sealed", made(inviter)
    store_tls(path, KEY, files)
    assert open_tls(path, KEY) == files
    assert b"PRIVATE KEY" not in path.read_bytes() and "PRIVATE KEY" not in repr(files)


def test_another_storage_key_or_a_changed_byte_opens_nothing(inviter: Inviter, tmp_path: Path) -> None:
    path = tmp_path / "tls.sealed"
    store_tls(path, KEY, made(inviter))
    with pytest.raises(Corrupt):
        open_tls(path, OTHER)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(Corrupt):
        open_tls(path, KEY)


def test_without_files_the_node_says_that_it_has_no_line(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="joined by file"):
        open_tls(tmp_path / "tls.sealed", KEY)


def test_a_certificate_that_does_not_belong_here_is_not_used(inviter: Inviter) -> None:
    key = new_key()
    found = issued(inviter, key)
    stranger = new_authority("lero-test", ISSUED_S).certificate_pem
    wrong: list[tuple[bytes, Credentials, int, type[LeroError]]] = [
        (new_key(), found, ISSUED_S, Malformed),
        (key, issued(inviter, key, "harbour-light"), ISSUED_S, Malformed),
        (key, replace(found, authorities=stranger), ISSUED_S, Malformed),
        (key, replace(found, authorities=b""), ISSUED_S, Malformed),
        (key, replace(found, certificate=b"no certificate"), ISSUED_S, Malformed),
        (key, replace(found, certificate=stranger, authorities=stranger), ISSUED_S, Malformed),
        (key, found, ISSUED_S + LIFE_S, OutOfTime),
    ]
    for own, handed, now_s, error in wrong:
        with pytest.raises(error):
            check_credentials(own, handed, "harbour", now_s)
    assert check_credentials(key, found, "harbour", ISSUED_S - DAY_S).certificate  # a slow clock does no harm


def test_both_authorities_of_a_change_are_taken(inviter: Inviter) -> None:
    key = new_key()
    both = new_authority("lero-test", ISSUED_S).certificate_pem + inviter.authority.certificate_pem
    assert (
        check_credentials(key, replace(issued(inviter, key), authorities=both), "harbour", ISSUED_S).authorities == both
    )


def test_renewal_is_due_at_half_the_life_and_not_a_second_before(inviter: Inviter) -> None:
    certificate = made(inviter).certificate
    assert [renewal_due(certificate, at_s) for at_s in (ISSUED_S, HALF_S - 1, HALF_S)] == [False, False, True]


def test_a_certificate_has_expired_when_its_life_is_over(inviter: Inviter) -> None:
    certificate = made(inviter).certificate
    assert [has_expired(certificate, at_s) for at_s in (ISSUED_S + LIFE_S - 1, ISSUED_S + LIFE_S)] == [False, True]
