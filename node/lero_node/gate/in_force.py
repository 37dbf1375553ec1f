"""The policy in force is the one a person has confirmed, and a policy file that says something else stops the start.

`policy.toml` is what people edit. What they have read as sentences and said yes to is kept beside it, and that is what
decides. A file that differs, is missing or is misspelt is never followed halfway and never passed over.
"""

from __future__ import annotations

import hashlib

from lero_contract.dictionary import load_dictionary
from lero_contract.errors import DataNotValid, NotReady
from lero_node.data.files import write_durably
from lero_node.gate.policy import Policy, load_policy, parse_policy, read_policy
from lero_node.gate.policy_change import changes
from lero_node.home import Home

_CONFIRM = "See what it changes: lero-node policy diff. Then: lero-node policy confirm"


class InForce:
    """The confirmed policy of one home, read again when it has changed: a stricter one holds at once."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._text: str | None = None
        self._policy: Policy | None = None

    @property
    def policy(self) -> Policy:
        """Raises NotReady where none was ever confirmed, DataNotValid where it cannot be read."""
        text = confirmed_text(self._home)
        if self._policy is None or text != self._text:
            self._policy, self._text = parse_policy(text, self._home.confirmed_policy.name), text
        return self._policy


def check_confirmed(home: Home) -> None:
    """Raises DataNotValid where `policy.toml` is missing, unreadable or misspelt (with the line and the fix), or says
    something that nobody has confirmed; NotReady where nothing was ever confirmed."""
    written = load_policy(home.policy)
    if changes(InForce(home).policy, written, load_dictionary()):
        raise DataNotValid(f"{home.policy.name} was changed, and the change was not confirmed.", _CONFIRM)


def confirmed_text(home: Home) -> str:
    """As it was confirmed. Raises NotReady where none was."""
    if not home.confirmed_policy.exists():
        raise NotReady("No policy was confirmed on this computer yet.", "Run: lero-node policy confirm")
    return read_policy(home.confirmed_policy)


def confirmed_before(home: Home) -> Policy | None:
    """The policy that was confirmed last; None where none was, or where it is of an older program's form."""
    try:
        return InForce(home).policy
    except (DataNotValid, NotReady):
        return None


def confirm(home: Home, text: str) -> str:
    """Puts a text in force; returns its SHA-256 in hex. Raises DataNotValid, with nothing changed, where it has faults.

    A crash in between leaves a file that differs from what is confirmed: that stops the start, and is confirmed again.
    """
    parse_policy(text)
    data = text.encode()
    if not home.policy.exists() or home.policy.read_bytes() != data:
        write_durably(home.policy, data)
    write_durably(home.confirmed_policy, data)
    return hashlib.sha256(data).hexdigest()
