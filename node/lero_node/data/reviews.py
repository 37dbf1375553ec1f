"""A row of an export as one review: a stated measure, a whole score inside the instrument's range, a date or a wave."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from lero_contract.dictionary import NOT_KNOWN
from lero_node.data.cells import ReadColumn, raw_column, read_columns
from lero_node.data.columns import MappedSheet
from lero_node.data.convert import Cell, Conversion, score_cell
from lero_node.data.mapping import ReviewsMapping
from lero_node.data.rows import Made, MadeRow, Nothing, SetAside


def review_maker(source: MappedSheet, conversion: Conversion) -> Callable[[int], Made]:
    """A function from a row's position to (day, wave, measure, score, recovery_now).

    Raises AmbiguousColumn where the review dates could be read two ways.
    """
    mapping = source.mapping
    if not isinstance(mapping, ReviewsMapping):
        raise TypeError("reviews are mapped as reviews")
    columns = read_columns(source, conversion, ("date", "wave", "measure", "recovery_now"))
    scores = raw_column(source, "score")
    read_score = _score_reader(conversion, is_raw=mapping.columns["score"].read_as == "raw")
    empty = ReadColumn("", [(None, None)] * len(scores))
    days, waves = columns.get("date", empty), columns.get("wave", empty)
    measures, recovery = columns["measure"], columns.get("recovery_now", empty)

    def make(position: int) -> Made:
        measure, text = measures.text(position), scores[position]
        if measure not in mapping.measures:
            return SetAside("the measure is none of those the mapping names here")
        now = recovery.text(position)
        score, reason = (None, None) if conversion.is_not_known(text) else read_score(measure, text)
        if reason:
            return SetAside(reason)
        if score is None and now in (None, NOT_KNOWN):
            return Nothing() if mapping.blank_score == "no_review" else SetAside("no score")
        day, wave = days.number(position), waves.number(position)
        if day is None and wave is None:
            return SetAside(_no_time(days.reason(position) or waves.reason(position)))
        unread = ((column.heading, column.reason(position)) for column in (days, waves, recovery))
        notes = tuple((heading, reason) for heading, reason in unread if reason)
        return MadeRow((day, wave, measure, score, now), notes)

    return make


def _no_time(reason: str | None) -> str:
    return f"neither a date nor a wave: {reason}" if reason else "neither a date nor a wave"


def _score_reader(conversion: Conversion, is_raw: bool) -> Callable[[str, str], Cell]:
    dictionary = conversion.dictionary

    @cache
    def read(measure: str, text: str) -> Cell:
        instrument = dictionary.instruments[measure.partition(".")[0]]
        return score_cell(text, dictionary.measures[measure], instrument, is_raw)

    return read
