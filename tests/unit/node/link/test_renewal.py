"""The line stays fit to dial: renewed in time with a fresh key, and no failure of that stops anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lero_contract.errors import NotReady, OutOfTime, Unavailable
from lero_node.data.sealing import StorageKey
from lero_node.link import renewal
from lero_node.link.relay import Relay
from lero_node.link.renewal import Renewal
from lero_node.link.tls import (
    Credentials,
    TlsFiles,
    certificate_request,
    check_credentials,
    new_key,
    open_tls,
    store_tls,
)
from support.inviting import Inviter
from support.requests import DAY_S, ISSUED_S

KEY = StorageKey(bytes(32))
DUE_S, EXPIRED_S = ISSUED_S + 31 * DAY_S, ISSUED_S + 60 * DAY_S


class Line(Relay):
    """A coordinator in memory that renews."""

    def __init__(self, tls: TlsFiles, certify: Callable[[bytes], Credentials]) -> None:
        self.tls, self.certify = tls, certify
        self.asked = 0

    def renew(self, tls_request: bytes) -> Credentials:
        self.asked += 1
        return self.certify(tls_request)

    def reconnect(self, tls: TlsFiles) -> None:
        self.tls = tls


class Desk:
    """One stored certificate, looked at by one renewal."""

    def __init__(self, folder: Path) -> None:
        self.path, self.inviter = folder / "tls.sealed", Inviter()
        self.first = self.issued()
        store_tls(self.path, KEY, self.first)
        self.line = Line(self.first, self.certify)
        self.notes: list[str] = []
        self.renewal = Renewal(self.path, KEY, "harbour", lambda event, words: self.notes.append(event))

    def issued(self) -> TlsFiles:
        key = new_key()
        found = self.inviter.certified(certificate_request(key, "harbour"))
        return check_credentials(key, found, "harbour", ISSUED_S)

    def certify(self, tls_request: bytes) -> Credentials:
        return self.inviter.certified(tls_request)

    def look(self, now_s: int, asked: bool = False) -> None:
        self.inviter.now_s = now_s
        self.renewal.look(self.line, asked, now_s)

    @property
    def stored(self) -> TlsFiles:
        return open_tls(self.path, KEY)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_nothing_is_renewed_before_half_of_the_life_is_over(desk: Desk) -> None:
    desk.look(ISSUED_S + 29 * DAY_S)
    assert (desk.line.asked, desk.stored, desk.notes) == (0, desk.first, [])


def test_at_half_life_a_fresh_key_is_certified_stored_and_dialled_with(desk: Desk) -> None:
    desk.look(DUE_S)
    assert desk.stored.key != desk.first.key
    assert desk.line.tls == desk.stored
    assert desk.notes == ["certificate renewed"]
    desk.look(DUE_S + 7200)
    assert desk.line.asked == 1


def test_the_coordinator_may_ask_for_it_earlier(desk: Desk) -> None:
    desk.look(ISSUED_S, asked=True)
    assert desk.stored != desk.first
    desk.look(ISSUED_S + 60, asked=True)  # it goes on asking: at most once an hour
    assert desk.line.asked == 1


def test_a_failed_renewal_is_noted_once_stops_nothing_and_is_tried_again_after_an_hour(desk: Desk) -> None:
    def unreachable(tls_request: bytes) -> Credentials:
        raise Unavailable

    desk.line.certify = unreachable
    for at_s in (DUE_S, DUE_S + 60, DUE_S + 3600, DUE_S + 7200):
        desk.look(at_s)
    assert (desk.line.asked, desk.stored, desk.notes) == (3, desk.first, ["certificate not renewed"])
    desk.line.certify = desk.certify
    desk.look(DUE_S + 10_800)
    assert desk.stored != desk.first


def test_a_certificate_that_is_not_this_node_s_replaces_nothing(desk: Desk) -> None:
    desk.line.certify = lambda tls_request: desk.inviter.certified(tls_request, "harbour-light")
    desk.look(DUE_S)
    assert (desk.stored, desk.line.tls, desk.notes) == (desk.first, desk.first, ["certificate not renewed"])


def test_after_a_crash_before_the_new_one_is_stored_the_old_one_is_whole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(renewal, "store_tls", crash)
    with pytest.raises(RuntimeError):
        desk.look(DUE_S)
    assert (desk.stored, desk.line.tls) == (desk.first, desk.first)


def test_a_certificate_that_another_command_stored_is_taken_up(desk: Desk) -> None:
    other = desk.issued()
    store_tls(desk.path, KEY, other)
    desk.look(ISSUED_S)
    assert (desk.line.tls, desk.line.asked) == (other, 0)


def test_an_expired_certificate_is_said_with_what_to_do(desk: Desk) -> None:
    with pytest.raises(OutOfTime, match=r"has expired.*new invite.*lero-node join INVITE"):
        desk.look(EXPIRED_S)
    assert desk.line.asked == 0


def test_without_a_certificate_there_is_no_line(desk: Desk) -> None:
    desk.path.unlink()
    with pytest.raises(NotReady, match="joined by file"):
        desk.look(ISSUED_S)
