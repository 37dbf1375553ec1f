"""What the pages say is so: their commands exist, print what is shown, and their links and paths lead somewhere."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel

import lero_coordinator.cli
import lero_node.cli
from lero_contract.dictionary import load_dictionary
from lero_coordinator.draft.format import Draft
from lero_coordinator.draft.kinds import KINDS
from lero_coordinator.draft.parts import DraftBin, DraftPoint, DraftWindow, EachBins, LabelledSpan, LeftOut, Span
from lero_coordinator.draft.request import read_draft
from lero_node.data.mapping import Column, ExportMapping, MembersMapping, ReviewsMapping, parse_mapping
from lero_node.gate.policy import Gates, Policy, Prices, Publication, Requests, StandingApproval
from support.doc_stories import Centre, Lero
from support.pages import (
    DOCS,
    PAGES,
    ROOT,
    Marker,
    Typed,
    anchors,
    commands_named,
    links,
    paths,
    steps_of,
    unknown_word,
)

PROGRAMS: Mapping[str, click.Command] = {
    "lero-node": lero_node.cli.cli,
    "lero-coordinator": lero_coordinator.cli.cli,
}


def follow(page: str, story: Lero | Centre) -> None:
    """Do what a page says, and compare what is printed with what it shows."""
    for step in steps_of(page):
        if isinstance(step, Marker):
            story.happens(step.name)
        else:
            printed = run(step, story)
            assert step.says(printed), (
                f"{page}: $ {step.command}\nprinted:\n{printed}\nbut the page shows:\n{step.shown}"
            )


def run(step: Typed, story: Lero | Centre) -> str:
    program, *words = step.words
    typed = [story.meant(word) for word in words]
    keyboard = story.typed_when_asked(words)
    result = CliRunner().invoke(PROGRAMS[program], typed, input=keyboard, default_map=story.settings, prog_name=program)
    assert result.exit_code == 0, f"$ {step.command}\n{result.output}{result.exception!r}"
    story.saw(result.output)
    if step.into:
        Path(step.into).write_text(result.stdout, encoding="utf-8")
        return result.stderr
    return result.output


def test_the_page_for_leros_prints_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LERO_NODE_HOME", str(tmp_path / "node"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "key").write_text("5e" * 32)
    story = Lero(tmp_path)
    follow("for-leros.md", story)
    assert not story.waiting_for, "the page no longer has these steps"


def test_the_page_for_the_national_body_prints_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LERO_COORDINATOR_HOME", "centre")
    story = Centre(tmp_path)
    follow("for-the-national-body.md", story)
    assert not story.waiting_for, "the page no longer has these steps"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    unknown = [(program, word) for program, words in commands_named(page) if (word := first_unknown(program, words))]
    assert not unknown


def first_unknown(program: str, words: tuple[str, ...]) -> str:
    return unknown_word(PROGRAMS[program], words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_every_link_and_path_leads_somewhere(page: Path) -> None:
    for link in links(page):
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link
    assert [path for path in paths(page) if not (ROOT / path).exists()] == []


def test_every_page_is_in_the_index() -> None:
    named = {link.partition("#")[0] for link in links(DOCS / "README.md")}
    assert {page.name for page in DOCS.glob("*.md")} - {"README.md"} <= named


MODELS: Mapping[str, tuple[type[BaseModel], ...]] = {
    "policy-file.md": (Policy, Requests, Prices, Gates, Publication, StandingApproval),
    "mapping-file.md": (ExportMapping, MembersMapping, ReviewsMapping, Column),
    "request-file.md": (
        Draft,
        *KINDS.values(),
        DraftWindow,
        LabelledSpan,
        DraftBin,
        DraftPoint,
        EachBins,
        LeftOut,
        Span,
    ),
}


@pytest.mark.parametrize("page", sorted(MODELS))
def test_every_key_of_a_file_is_explained(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    keys = {field.alias or name for model in MODELS[page] for name, field in model.model_fields.items()}
    keys -= {"digest"}  # of the mapping, worked out and never written
    assert [key for key in sorted(keys) if not re.search(rf"[`\[\s]{key}[`\]\s]", text)] == []


def test_every_fact_code_and_measure_stands_on_the_page_of_the_mapping() -> None:
    text = (DOCS / "mapping-file.md").read_text(encoding="utf-8")
    dictionary = load_dictionary()
    names = {name for _, name in dictionary.variables} | set(dictionary.measures)
    names |= {category.code for variable in dictionary.variables.values() for category in variable.categories}
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []


def toml_of(page: str) -> str:
    found = re.search(r"^```toml\n(.*?)^```$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


EXAMPLES: Mapping[str, Callable[[str], object]] = {
    "mapping-file.md": lambda text: parse_mapping(text, load_dictionary()),
    "request-file.md": read_draft,
    "for-leros.md": tomllib.loads,
}


@pytest.mark.parametrize("page", sorted(EXAMPLES))
def test_the_example_of_a_page_can_be_used(page: str) -> None:
    assert EXAMPLES[page](toml_of(page))
