"""A first draft of a mapping, from the headings of an export. A person finishes it; nothing is imported by it.

What nobody can read from headings is left for the person to state: since when records are complete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rapidfuzz import fuzz

from lero_contract.dictionary import Dictionary, Variable
from lero_contract.errors import DataNotValid
from lero_node.data.convert import whole
from lero_node.data.dates import AmbiguousColumn, proved_styles
from lero_node.data.finding import files_of
from lero_node.data.reading import Sheet, read_sheet
from lero_node.data.suggested_words import unknown_words
from lero_node.data.texts import heading_key
from lero_node.data.toml_text import key_line, quoted

_ALIKE = 88.0  # per cent
_HEADER = """\
# A first draft, from the headings of the export. Read every line; then run: lero-node mapping check
version = 1
name = {name}

[profile]
# State here the day from which these records are complete, and take away the mark at the start of the line.
# complete_from = "2020-04-01"
"""


@dataclass(frozen=True)
class _Guess:
    """One table seen in one file: its columns by variable, the headings left over, and review columns by measure."""

    table: str
    sheet: Sheet
    columns: dict[str, str]
    measures: dict[str, str]


def suggest_mapping(paths: Iterable[Path], dictionary: Dictionary, name: str, today: date) -> str:
    """TOML for the export in these files or folders. today: the day on which recorded ages are taken to be true.

    Raises DataNotValid where no file looks like a list of members.
    """
    wanted = {heading for variable in dictionary.variables.values() for heading in variable.headings}
    wanted |= set(dictionary.variable("reviews", "measure").spellings)
    sheets = [read_sheet(file, None, wanted) for path in paths for file in files_of(path)]
    guesses = [guess for sheet in sheets for guess in _guesses(sheet, dictionary)]
    if not any(guess.table == "members" for guess in guesses):
        raise DataNotValid(
            "No file looks like a list of members: a reference, and a day of joining or of referral.",
            "Write the mapping by hand from the template, or export the member list too.",
        )
    parts = [_HEADER.format(name=quoted(name)), _reading(guesses)]
    order = ("members", "reviews", "activities", "milestones")
    for table in order:
        found = [guess for guess in guesses if guess.table == table]
        parts += ["\n".join(_lines(guess, dictionary, today)) for guess in (found if table == "reviews" else found[:1])]
    return "\n".join(part for part in parts if part) + "\n"


def _guesses(sheet: Sheet, dictionary: Dictionary) -> Iterator[_Guess]:
    """The tables that the file's headings can fill, the most demanding first."""
    measures = _measure_columns(sheet, dictionary)
    members = _matched(sheet, "members", dictionary)
    if {"member_id", "joined"} <= members.keys() and len(members) > 3:
        yield _Guess("members", sheet, members, {})
    reviews = _matched(sheet, "reviews", dictionary)
    if {"member_id", "date"} <= reviews.keys() or {"member_id", "wave"} <= reviews.keys():
        if measures:
            yield _Guess("reviews", sheet, reviews, measures)
        elif {"measure", "score"} <= reviews.keys():
            yield _Guess("reviews", sheet, reviews, {})
        elif (table := _kind_table(sheet, dictionary)) is not None:
            yield _Guess(table, sheet, _matched(sheet, table, dictionary), {})
    elif (table := _kind_table(sheet, dictionary)) is not None:
        yield _Guess(table, sheet, _matched(sheet, table, dictionary), {})


def _matched(sheet: Sheet, table: str, dictionary: Dictionary) -> dict[str, str]:
    """Variable to heading: usual headings first, then those that are nearly one; each heading once."""
    variables = [v for (owner, _), v in dictionary.variables.items() if owner == table]
    scored = [
        (_likeness(heading, variable), -place, variable.id, heading)
        for variable in variables
        for place, heading in enumerate(sheet.headings)
        if heading
    ]
    found: dict[str, str] = {}
    for score, _, variable_id, heading in sorted(scored, reverse=True):
        if score >= _ALIKE and variable_id not in found and heading not in found.values():
            found[variable_id] = heading
    return found


def _likeness(heading: str, variable: Variable) -> float:
    key = heading_key(heading)
    return 100.0 if key in variable.headings else max((fuzz.ratio(key, h) for h in variable.headings), default=0.0) - 1


def _measure_columns(sheet: Sheet, dictionary: Dictionary) -> dict[str, str]:
    spellings = dictionary.variable("reviews", "measure").spellings
    found = {spellings[heading_key(h)]: h for h in sheet.headings if heading_key(h) in spellings}
    return {measure: heading for measure, heading in found.items() if measure in dictionary.measures}


def _kind_table(sheet: Sheet, dictionary: Dictionary) -> str | None:
    """Activities or milestones, by whose words the column of kinds has more of."""
    best: tuple[int, str] | None = None
    for table in ("activities", "milestones"):
        columns = _matched(sheet, table, dictionary)
        if {"member_id", "date", "kind"} <= columns.keys():
            known = dictionary.variable(table, "kind").spellings
            hits = sum(text.casefold() in known for text in _texts(sheet, columns["kind"]))
            best = max(best or (0, table), (hits, table), key=lambda pair: pair[0])
    return best[1] if best else None


def _texts(sheet: Sheet, heading: str) -> list[str]:
    position = sheet.headings.index(heading)
    return [row[position] for row in sheet.rows]


def _reading(guesses: Sequence[_Guess]) -> str:
    """The styles that the date columns prove; a person is asked where none is proved."""
    texts = {
        text
        for guess in guesses
        for variable, heading in guess.columns.items()
        if variable in ("date", "joined", "left", "referred", "birth_year")
        for text in _texts(guess.sheet, heading)
    }
    try:
        styles = proved_styles(texts)
    except AmbiguousColumn:
        return '[reading]\n# How are dates written? Say so if the check asks: date_styles = ["dd/mm/yyyy"]\n'
    return f"[reading]\ndate_styles = [{', '.join(quoted(style) for style in styles)}]\n" if styles else ""


def _lines(guess: _Guess, dictionary: Dictionary, today: date) -> Iterator[str]:
    if not guess.measures:
        yield from _table_lines(guess, dictionary, today)
    for measure, heading in guess.measures.items():
        instrument = dictionary.instruments[measure.partition(".")[0]]
        raw = instrument.metric and all(isinstance(whole(t)[0], int) for t in _texts(guess.sheet, heading) if t)
        yield "[[reviews]]"
        yield f"file = {quoted(guess.sheet.file)}"
        yield f"measures = [{quoted(measure)}]"
        yield 'blank_score = "no_review"'
        yield "[reviews.columns]"
        for variable in ("member_id", "date", "wave"):
            if variable in guess.columns:
                yield key_line(variable, column=guess.columns[variable])
        yield key_line("measure", constant=measure)
        yield key_line("score", column=heading, **({"as": "raw"} if raw else {}))
        yield ""


def _table_lines(guess: _Guess, dictionary: Dictionary, today: date) -> Iterator[str]:
    yield "[[reviews]]" if guess.table == "reviews" else f"[{guess.table}]"
    yield f"file = {quoted(guess.sheet.file)}"
    if guess.table == "reviews":
        found = _measures_named(_texts(guess.sheet, guess.columns["measure"]), dictionary)
        yield f"measures = [{', '.join(quoted(measure) for measure in found)}]"
    yield f"[{guess.table}.columns]"
    for variable_id, heading in guess.columns.items():
        variable, texts = dictionary.variable(guess.table, variable_id), _texts(guess.sheet, heading)
        if words := unknown_words(variable, texts):
            yield f"# Words to give a code in `values`: {', '.join(quoted(word) for word in words)}"
        yield key_line(variable_id, column=heading, **_birth(texts, today) if variable.type == "year" else {})
    used = set(guess.columns.values())
    if rest := [heading for heading in guess.sheet.headings if heading and heading not in used]:
        yield f"# Not used: {', '.join(quoted(heading) for heading in rest)}"
    yield ""


def _measures_named(texts: Collection[str], dictionary: Dictionary) -> list[str]:
    spellings = dictionary.variable("reviews", "measure").spellings
    found = Counter(spellings.get(text.casefold(), "") for text in texts)
    return sorted(measure for measure in found if measure in dictionary.measures)


def _birth(texts: Collection[str], today: date) -> dict[str, str]:
    """Whether a column of births holds years, ages or dates."""
    numbers = [number for text in texts if isinstance(number := whole(text)[0], int)]
    if len(numbers) * 2 < sum(1 for text in texts if text):
        return {"as": "date"}
    return {"as": "year"} if max(numbers, default=0) > 200 else {"as": "age", "at": today.isoformat()}
