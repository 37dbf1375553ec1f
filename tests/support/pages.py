"""Pages of documentation as a test reads them: their console blocks, commands, links and paths."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = tuple(sorted(DOCS.rglob("*.md")))

_STEP = re.compile(r"^<!-- test: (?P<marker>.+?) -->$|^```console\n(?P<block>.*?)^```$", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"\b(lero-node|lero-coordinator)((?: +(?!lero-)[a-z][a-z-]*| +--home +\S+)*)")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_PATH = re.compile(r"`((?:protos|policies|node|coordinator|tests|bench|docs)/[\w./-]+)`")
# What differs from run to run: moments, ids of requests and keys, and the short names of roots.
_CHANGING = (
    (re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}"), "<moment>"),
    (re.compile(r"\b[0-9a-f]{4}(?: [0-9a-f]{4}){3}\b"), "<root>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<request>"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "<key>"),
)


@dataclass(frozen=True)
class Marker:
    """Something that happens between two commands: a file that arrives, a line that a person writes."""

    name: str


@dataclass(frozen=True)
class Typed:
    """A command as shown, and what the page says it prints."""

    command: str
    shown: str

    @property
    def words(self) -> list[str]:
        """The command's words, without a redirection."""
        return shlex.split(self.command.partition(" > ")[0])

    @property
    def into(self) -> str:
        """The file that the output goes to, empty for the screen."""
        return self.command.partition(" > ")[2].strip()

    def says(self, printed: str) -> bool:
        """Whether the page shows what was printed; "..." stands for anything."""
        return _in_order(_steady(self.shown).split("..."), _steady(printed))


def steps_of(page: str) -> Iterator[Marker | Typed]:
    """Everything that happens on a page, from its top to its end."""
    for found in _STEP.finditer((DOCS / page).read_text(encoding="utf-8")):
        if found["marker"] is not None:
            yield Marker(found["marker"])
            continue
        for part in re.split(r"^\$ ", found["block"], flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            yield Typed(command, shown)


def commands_named(page: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every command a page names, in code: the program and the bare words after it."""
    text = page.read_text(encoding="utf-8")
    code = [*_FENCE.findall(text), *re.findall(r"`([^`]+)`", _FENCE.sub("", text))]
    for piece in code:
        for program, words in _COMMAND.findall(" ".join(piece.split())):
            yield program, tuple(re.sub(r"--home +\S+", "", words).split())


def unknown_word(group: click.Command, words: tuple[str, ...]) -> str:
    """The first word that should be a command and is none; empty where all is well."""
    for word in words:
        if not isinstance(group, click.Group):
            return ""  # the rest are arguments
        found = group.commands.get(word)
        if found is None:
            return word
        group = found
    return ""


def links(page: Path) -> list[str]:
    """Where a page points to, inside the documentation."""
    return [link for link in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))) if ":" not in link]


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def paths(page: Path) -> list[str]:
    """Files and folders of this project that a page names."""
    return _PATH.findall(page.read_text(encoding="utf-8"))


def _in_order(parts: list[str], text: str) -> bool:
    """Whether the text is these parts with anything between them. Not a pattern: a near miss would take for ever."""
    if len(parts) == 1:
        return text == parts[0]
    first, *middle, last = parts
    if not text.startswith(first):
        return False
    place = len(first)
    for part in middle:
        found = text.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return len(text) - len(last) >= place and text.endswith(last)


def _steady(text: str) -> str:
    for changing, name in _CHANGING:
        text = changing.sub(name, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
