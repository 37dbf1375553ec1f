"""Setting up a computer, once: its keys, its mapping and its policy. Which node it will be is the invite's to say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lero_contract.dictionary import load_dictionary
from lero_contract.errors import DataNotValid
from lero_node.data.files import write_durably
from lero_node.data.mapping import parse_mapping
from lero_node.data.sealing import StorageKey
from lero_node.gate.in_force import confirm
from lero_node.gate.policy import parse_policy
from lero_node.home import Home, Settings, save_settings
from lero_node.link.identity import create_identity
from lero_node.link.wish import check_areas

KeyMaker = Callable[[], StorageKey]


def initialise(home: Home, settings: Settings, policy: str, mapping: str, make_key: KeyMaker) -> None:
    """Writes settings, policy, mapping and keys. Everything that could be wrong is looked for before the first key.

    Raises DataNotValid for a policy, mapping or settings with faults, or a home that was set up before.
    """
    if home.identity.exists():
        raise DataNotValid("This data folder belongs to a node already.", "Choose another with --home.")
    dictionary = load_dictionary()
    parse_policy(policy)
    parse_mapping(mapping, dictionary)
    check_areas(settings.areas, dictionary)
    confirm(home, policy)
    write_durably(home.mapping, mapping.encode())
    save_settings(home, settings)
    create_identity(home.identity, make_key())


def read_text(path: Path) -> str:
    """A text file a person wrote. Raises DataNotValid where it is missing or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as reason:
        raise DataNotValid(f"{path.name} cannot be read.", "Save it as plain text (UTF-8).") from reason
