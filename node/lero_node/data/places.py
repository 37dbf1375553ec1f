"""An authority from a code in force, a retired code, or a name in one of its usual forms. Never from a postcode."""

from __future__ import annotations

import re

from lero_contract.geography import Geography

_KINDS_OF_COUNCIL = re.compile(
    r"\b(royal borough of|london borough of|borough of|city of|county of|metropolitan borough|metropolitan district"
    r"|county council|city council|borough council|district council|unitary authority|council|city|county|mbc|mdc|lb|rb"
    r"|ua|cc|bc|the)\b"
)
_CODE = re.compile(r"[a-z]\d{8}")
_HABITS = {"hull": "kingston upon hull", "bcp": "bournemouth christchurch and poole", "scilly": "isles of scilly"}
# A region's name is not its smallest authority's: London is the City only where somebody says so.
_SAID_WHOLE = frozenset({"london"})


class Places:
    """Finds authorities by code and name."""

    def __init__(self, geography: Geography) -> None:
        self._geography = geography
        named = [(geography.old_names[code], geography.current(code) or code) for code in geography.old_names]
        named += [(area.name, area.code) for area in geography.areas.values()]
        self._codes = {_plain(name): code for name, code in named}

    def find(self, text: str) -> str | None:
        """The current code where there is exactly one; a retired code that was split as it is (it tells the region).

        None for what is neither an authority nor one of the other nations.
        """
        lowered = text.casefold().strip()
        if _CODE.fullmatch(lowered):
            code = lowered.upper()
            return self._geography.current(code) or (code if code in self._geography.old_codes else None)
        plain = _plain(text)
        return self._codes.get(_HABITS.get(plain, plain))


def _plain(text: str) -> str:
    """Without case, marks, and the words that say what kind of council it is."""
    name = _spaced(re.sub(r"[^a-z0-9 ]", " ", text.casefold().replace("&", " and ")))
    without = _spaced(_KINDS_OF_COUNCIL.sub(" ", name))
    return name if without in _SAID_WHOLE and name != without else without or name


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
