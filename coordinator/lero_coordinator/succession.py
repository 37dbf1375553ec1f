"""From one certificate authority to the next, without a node cut off: two are trusted until everybody holds both.

(1) `rotate_authority`: the next one issues for callers; the server still shows a certificate of the old one, which is
all that nodes trust. (2) Each poll asks a node to renew, until it calls with a certificate that it was given together
with both. (3) `retire_authority`: the server shows one of the new; polls ask once more, so that nodes forget the old.
"""

from __future__ import annotations

from dataclasses import dataclass

from lero_contract.errors import Conflict, NotReady
from lero_coordinator.authority import fingerprint
from lero_coordinator.office import Office
from lero_coordinator.store import admissions, revoked
from lero_coordinator.tls_files import drop_authority, make_authority, read_authorities


@dataclass(frozen=True)
class Behind:
    """Who a retirement would cut off: nodes that have not called with a certificate of today's authorities, and nodes
    whose open invite is of the old one. Sorted, and without those revoked, who cannot call.
    """

    nodes: tuple[str, ...]
    invited: tuple[str, ...]


def must_renew(office: Office, certificate: bytes, now_s: int) -> bool:
    """Whether a node that calls with this certificate (PEM) should fetch another: it may not hold today's authorities.

    Notes that it was shown.
    """
    with office.store.reading() as connection:
        held = admissions.certificate_of(connection, fingerprint(certificate))
    if held is not None and held.shown_at_s is None:
        with office.store.writing() as connection:
            admissions.certificate_shown(connection, held.fingerprint, now_s)
    return held is None or held.bundle != read_authorities(office.home).digest


def rotate_authority(office: Office, now_s: int) -> int:
    """Make the next authority, which issues from now on, beside the present one; returns its number.

    Raises Conflict where a rotation is under way already.
    """
    if len(read_authorities(office.home).by_number) > 1:
        raise Conflict("There are two authorities already.", "Run `authority retire` before the next rotation.")
    return make_authority(office.home, office.config.federation_id, now_s)


def check_retirement(office: Office, now_s: int) -> int:
    """The number of the authority that can be retired now.

    Raises NotReady where there is only one, or where somebody would be cut off, whom it names.
    """
    number, behind = _old_number(office), who_is_behind(office, now_s)
    if behind.nodes or behind.invited:
        names = ", ".join(dict.fromkeys((*behind.nodes, *behind.invited)))
        words = f"Not renewed yet, or invited by the old authority: {names}."
        raise NotReady(words, "Wait until they have called; with --yes they are cut off, and need a new invite.")
    return number


def retire_authority(office: Office, now_s: int, *, anyway: bool = False) -> int:
    """Trust the old authority no more, and destroy its key; returns its number.

    The server then shows a certificate of the new one, and nodes are asked to renew once more, to forget the old one.
    anyway: even where somebody is cut off. Raises NotReady as `check_retirement`.
    """
    number = _old_number(office) if anyway else check_retirement(office, now_s)
    drop_authority(office.home, number)
    return number


def who_is_behind(office: Office, now_s: int) -> Behind:
    """Whom the retirement of the old authority would cut off now."""
    authorities = read_authorities(office.home)
    with office.store.reading() as connection:
        certified = admissions.certificates_of(connection)
        invites = admissions.all_invites(connection)
        off = revoked.revoked_ids(connection, revoked.NODE)
    calling = {c.node_id for c in certified if c.expires_at_s > now_s}
    ready = {c.node_id for c in certified if c.bundle == authorities.digest and c.shown_at_s is not None}
    by_the_old = {i.node_id for i in invites if i.is_open(now_s) and i.authority < authorities.number}
    return Behind(tuple(sorted(calling - ready - off)), tuple(sorted(by_the_old - off)))


def _old_number(office: Office) -> int:
    authorities = read_authorities(office.home)
    if len(authorities.by_number) < 2:
        raise NotReady("There is one authority, and it is in use.", "Run `authority rotate` to make the next.")
    return min(authorities.by_number)
