"""Everything a coordinator does with its home folder and its store, each act whole or not done, and safe to repeat."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lero_contract.codec import decode_request, decode_roster
from lero_contract.dictionary import Dictionary, load_dictionary
from lero_contract.envelope import Envelope
from lero_contract.errors import Malformed, NotReady, Unauthorised
from lero_contract.request import Request
from lero_contract.roster import Held, Party, RootSet
from lero_coordinator.admission import check_request
from lero_coordinator.config import NAME, Config, Home, check_is_new, read_config, write_config
from lero_coordinator.keys import ANALYST
from lero_coordinator.rounds import Round, should_close, state_of
from lero_coordinator.store import Store, papers, people, replies, revoked, root_sets
from lero_coordinator.tls_files import has_authority, make_authority


class Office:
    """One coordinator, opened. Times are whole seconds since 1970, and always passed in."""

    def __init__(self, folder: Path) -> None:
        """Opens the home made by `create`. Raises NotReady where there is none."""
        self.home = Home(folder)
        self.config: Config = read_config(self.home)
        self.store = Store(self.home.database_url(self.config))
        self.dictionary: Dictionary = load_dictionary()

    @classmethod
    def create(cls, folder: Path, config: Config, now_s: int) -> Office:
        """A new home: certificate authority, empty store, settings. Raises NotReady where one exists.

        The settings come last: a home without them is none yet, and what a crash left of it is used by the next try.
        """
        home = Home(folder)
        check_is_new(home)
        if not has_authority(home):
            make_authority(home, config.federation_id, now_s)
        write_config(home, config)
        return cls(folder)

    def close(self) -> None:
        """Give back the database."""
        self.store.close()

    def set_roots(self, keys: Sequence[bytes], threshold: int) -> RootSet:
        """Record the first root set (raw public keys). Raises Malformed for a threshold they cannot reach."""
        roots = RootSet(1, threshold, tuple(keys))
        with self.store.writing() as connection:
            root_sets.set_roots(connection, roots)
        return roots

    def add_party(self, role: str, party: Party, organisation_name: str) -> None:
        """Record an analyst, publisher or keeper for the next roster. Raises Malformed for an id that is not short."""
        if not (NAME.fullmatch(party.party_id) and NAME.fullmatch(party.organisation_id)):
            raise Malformed("An id is lower-case letters, digits and hyphens, at most 63.", "Choose another id.")
        with self.store.writing() as connection:
            people.name_organisation(connection, party.organisation_id, organisation_name)
            people.add_party(connection, role, party)

    def roster(self) -> Held:
        """The newest roster and its digest. Raises NotReady where none is signed."""
        stored = self._newest()
        return Held(decode_roster(stored.envelope.payload), stored.digest)

    def roster_envelope(self) -> Envelope:
        """The newest roster as it was signed."""
        return self._newest().envelope

    def submit(self, envelope: Envelope, now_s: int) -> Request:
        """Check a signed request against the newest roster and store it: nodes are offered it from now on.

        The same envelope again changes nothing, even after a newer roster. Raises Unauthorised for a revoked analyst.
        """
        with self.store.reading() as connection:
            if revoked.revoked_keys(connection, ANALYST) & {s.key_id for s in envelope.signatures}:
                raise Unauthorised("The analyst who signed this request is revoked.", "See `roster revoke`.")
            if envelope in (r.envelope for r in papers.all_requests(connection)):
                return decode_request(envelope.payload)
        request = check_request(envelope, self.roster(), self.dictionary, now_s)
        with self.store.writing() as connection:
            papers.add_request(connection, request, envelope)
        return request

    def request(self, request_id: str) -> Request:
        """A submitted request. Raises Malformed for an unknown id."""
        with self.store.reading() as connection:
            return decode_request(papers.request_of(connection, request_id).envelope.payload)

    def round_state(self, request_id: str, now_s: int) -> Round:
        """Who answered, who refused, who is waited for."""
        with self.store.reading() as connection:
            stored = papers.request_of(connection, request_id)
            said = replies.said_to(connection, request_id)
        return state_of(decode_request(stored.envelope.payload), said, stored.closed_at_s, now_s)

    def rounds(self, now_s: int) -> tuple[Round, ...]:
        """Every round, oldest first."""
        with self.store.reading() as connection:
            ids = [r.request_id for r in papers.all_requests(connection)]
        return tuple(self.round_state(request_id, now_s) for request_id in ids)

    def close_round(self, request_id: str, now_s: int) -> Round:
        """Close a round now; closing a closed one changes nothing."""
        state = self.round_state(request_id, now_s)
        if state.is_open:
            with self.store.writing() as connection:
                papers.close_request(connection, request_id, now_s)
        return self.round_state(request_id, now_s)

    def close_if_settled(self, request_id: str, now_s: int) -> None:
        """Close a round that has nothing left to wait for."""
        if should_close(self.round_state(request_id, now_s)):
            self.close_round(request_id, now_s)

    def _newest(self) -> papers.StoredRoster:
        with self.store.reading() as connection:
            stored = papers.newest_roster(connection)
        if stored is None:
            raise NotReady("No roster is signed yet.", "Run `lero-coordinator roster sign`.")
        return stored
