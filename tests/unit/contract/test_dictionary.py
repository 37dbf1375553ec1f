"""The core dictionary: closed lists end with "not known", no spelling is ambiguous, every age has one band."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lero_contract.dictionary import NOT_KNOWN, Variable, load_dictionary

DICTIONARY = load_dictionary()
CATEGORY_VARIABLES = [v for v in DICTIONARY.variables.values() if v.type == "category"]

CLOSED_LISTS = {
    ("members", "sex"): "male female other",
    ("members", "ethnicity_group"): "white mixed asian black other",
    ("members", "substance_group"): "opiate non_opiate_and_alcohol non_opiate_only alcohol_only",
    ("members", "primary_substance"): "alcohol opiates crack powder_cocaine cannabis other",
    ("members", "referral_source"): "self_family_friends treatment_provider criminal_justice health housing "
    "social_services job_centre other",
    ("members", "leaving_reason"): "completed moved_on transferred moved_away dropped_out prison died other",
    ("members", "accommodation"): "settled supported_or_hostel sofa_or_friends no_fixed_abode other",
    ("members", "employment"): "employed unemployed long_term_sick student_or_training retired volunteering "
    "homemaker other",
    ("members", "recovery_at_start"): "under_3_months 3_to_6_months 6_to_12_months 1_to_2_years 2_to_5_years "
    "over_5_years not_in_recovery",
    ("reviews", "recovery_now"): "under_3_months 3_to_12_months 1_to_5_years over_5_years not_in_recovery",
    ("activities", "kind"): "group_meeting one_to_one phone_or_online social_activity training "
    "volunteering_session outreach other",
    ("milestones", "kind"): "recovery_3_months recovery_1_year recovery_3_years recovery_5_years break_in_recovery "
    "own_home paid_work volunteering training peer_supporter",
}

# NHS 16+1 ethnic category letters. Chinese (R) counts as Asian, as in the Census since 2011.
NHS_LETTERS = {
    "white": "abc",
    "mixed": "defg",
    "asian": "hjklr",
    "black": "mnp",
    "other": "s",
    NOT_KNOWN: "z",
}


def names_of(variable: Variable) -> list[tuple[str, str]]:
    """Everything that may stand in a file for a code: the code, its label, its spellings."""
    by_code = [(c.code, c.code) for c in variable.categories]
    by_label = [(c.label.lower(), c.code) for c in variable.categories]
    return [*by_code, *by_label, *variable.spellings.items()]


@pytest.mark.parametrize(("variable", "codes"), CLOSED_LISTS.items())
def test_a_closed_list_has_its_codes_in_order_and_ends_with_not_known(variable: tuple[str, str], codes: str) -> None:
    found = [c.code for c in DICTIONARY.variables[variable].categories]
    assert found == [*codes.split(), NOT_KNOWN]
    assert DICTIONARY.variables[variable].categories[-1].label == "Not known"


def test_every_category_variable_is_among_the_closed_lists_or_is_the_measure() -> None:
    assert {(v.table, v.id) for v in CATEGORY_VARIABLES} == {*CLOSED_LISTS, ("reviews", "measure")}


def test_the_measures_of_reviews_are_those_of_the_instruments() -> None:
    listed = {c.code: c.label for c in DICTIONARY.variable("reviews", "measure").categories}
    assert listed == {m.id: m.label for m in DICTIONARY.measures.values()} | {NOT_KNOWN: "Not known"}


@pytest.mark.parametrize("variable", CATEGORY_VARIABLES, ids=lambda v: f"{v.table}.{v.id}")
def test_no_spelling_means_two_codes(variable: Variable) -> None:
    meaning: dict[str, str] = {}
    for name, code in names_of(variable):
        assert meaning.setdefault(name, code) == code, f"{name!r} means {meaning[name]} and {code}"


@pytest.mark.parametrize("variable", CATEGORY_VARIABLES, ids=lambda v: f"{v.table}.{v.id}")
def test_spellings_are_lower_case_and_trimmed_and_say_not_known_in_its_many_ways(variable: Variable) -> None:
    assert all(s == " ".join(s.lower().split()) for s in variable.spellings)
    for unknown in ("n/k", "not stated", "prefer not to say", "unknown", "declined", "?"):
        assert variable.spellings[unknown] == NOT_KNOWN


def test_no_heading_means_two_variables_of_one_table() -> None:
    for table in ("members", "reviews", "activities", "milestones"):
        headings = [h for v in DICTIONARY.variables.values() if v.table == table for h in v.headings]
        assert len(headings) == len(set(headings))
        assert all(h == h.lower().strip() for h in headings)


def test_nhs_ethnic_category_letters_are_read() -> None:
    spellings = DICTIONARY.variable("members", "ethnicity_group").spellings
    letters = {letter: code for code, group in NHS_LETTERS.items() for letter in group}
    assert {letter: spellings[letter] for letter in letters} == letters


@pytest.mark.parametrize(
    ("variable", "spelling", "code"),
    [
        ("ethnicity_group", "white british", "white"),
        ("ethnicity_group", "mixed - white and black caribbean", "mixed"),
        ("primary_substance", "heroin", "opiates"),
        ("primary_substance", "cocaine", "powder_cocaine"),
        ("substance_group", "non-opiate & alcohol", "non_opiate_and_alcohol"),
        ("sex", "f", "female"),
        ("referral_source", "gp", "health"),
        ("accommodation", "nfa", "no_fixed_abode"),
        ("leaving_reason", "lost contact", "dropped_out"),
    ],
)
def test_spellings_of_real_exports_mean_what_people_mean(variable: str, spelling: str, code: str) -> None:
    assert DICTIONARY.variable("members", variable).spellings[spelling] == code


def test_every_table_needs_its_member_and_what_makes_a_row_countable() -> None:
    needed = {(v.table, v.id) for v in DICTIONARY.variables.values() if v.required}
    assert needed == {
        ("members", "member_id"),
        ("members", "joined"),
        ("reviews", "member_id"),
        ("reviews", "measure"),
        ("reviews", "score"),
        ("activities", "member_id"),
        ("activities", "date"),
        ("activities", "kind"),
        ("milestones", "member_id"),
        ("milestones", "date"),
        ("milestones", "kind"),
    }


@given(age=st.integers(min_value=0, max_value=130))
@pytest.mark.parametrize("dimension", ["age_band", "age_band_ten"])
def test_every_age_has_one_band(dimension: str, age: int) -> None:
    bands = DICTIONARY.dimensions[dimension].bands
    assert sum(band.lower <= age <= (band.upper if band.upper is not None else age) for band in bands) == 1


def test_age_bands_are_those_of_viewit_with_the_under_18s_apart() -> None:
    codes = [c.code for c in DICTIONARY.dimensions["age_band"].categories]
    assert codes == ["under_18", "18_29", "30_49", "50_plus", NOT_KNOWN]


def test_the_purposes_and_the_share_correlation_are_declared() -> None:
    expected = {"commissioning", "service_improvement", "research", "national_statistics", "demonstration"}
    assert set(DICTIONARY.purposes) == expected
    assert DICTIONARY.share_icc == 0.06
    assert len(DICTIONARY.digest) == 32
