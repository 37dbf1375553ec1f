"""The figures the population is drawn from, as data. Each is an assumption chosen to be plausible, unless it says so.

Where a source is named, the figure was seen there; the rest have no published source and only need to look right.
"""

from __future__ import annotations

from typing import Final

Shares = dict[str, float]

# Age when first referred. Near the population in treatment.
AGES: Final[tuple[tuple[int, int, float], ...]] = (
    (18, 29, 0.14),
    (30, 39, 0.26),
    (40, 49, 0.29),
    (50, 59, 0.22),
    (60, 78, 0.09),
)
# Treatment was 71% male in 2013-14 (NDTMS); LEROs reach somewhat more women.
MALE: Final = 0.66
OTHER_SEX: Final = 0.005
SEX_NOT_STATED: Final = 0.005

# Shares of people who are not White, as LEROs see them, before scaling by region.
ETHNICITY_NOT_WHITE: Final[Shares] = {"mixed": 0.035, "asian": 0.035, "black": 0.03, "other": 0.01}
ETHNICITY_NOT_STATED: Final = 0.01
# White residents by region, in the order of the codes E12000001 to E12000009; England 0.81. After Census 2021, rounded.
WHITE_RESIDENTS: Final[Shares] = {
    "E12000001": 0.93,
    "E12000002": 0.86,
    "E12000003": 0.85,
    "E12000004": 0.86,
    "E12000005": 0.77,
    "E12000006": 0.86,
    "E12000007": 0.54,
    "E12000008": 0.86,
    "E12000009": 0.93,
}
WHITE_IN_ENGLAND: Final = 0.81

PRIMARY_SUBSTANCE: Final[Shares] = {
    "alcohol": 0.42,
    "opiates": 0.25,
    "crack": 0.06,
    "powder_cocaine": 0.13,
    "cannabis": 0.07,
    "other": 0.05,
    "not_known": 0.02,
}
SECOND_SUBSTANCE: Final = 0.35

# Starts of treatment: 55% self, family and friends, 22% health and social care (NDTMS 2024-25); LEROs differ.
REFERRAL_SOURCE: Final[Shares] = {
    "self_family_friends": 0.45,
    "treatment_provider": 0.28,
    "criminal_justice": 0.09,
    "health": 0.07,
    "housing": 0.04,
    "social_services": 0.03,
    "job_centre": 0.01,
    "other": 0.02,
    "not_known": 0.01,
}
# 20% of people entering treatment in 2022-23 had no home of their own (NDTMS).
ACCOMMODATION: Final[Shares] = {
    "settled": 0.68,
    "supported_or_hostel": 0.12,
    "sofa_or_friends": 0.11,
    "no_fixed_abode": 0.07,
    "not_known": 0.02,
}
EMPLOYMENT: Final[Shares] = {
    "employed": 0.17,
    "unemployed": 0.41,
    "long_term_sick": 0.30,
    "student_or_training": 0.03,
    "retired": 0.05,
    "other": 0.02,
    "not_known": 0.02,
}
LEAVING_REASON: Final[Shares] = {
    "completed": 0.25,
    "moved_on": 0.18,
    "transferred": 0.06,
    "moved_away": 0.07,
    "dropped_out": 0.34,
    "prison": 0.03,
    "died": 0.01,
    "other": 0.02,
    "not_known": 0.04,
}
# Code, months since the last problem use (from, to), share.
RECOVERY_AT_START: Final[tuple[tuple[str, int, int, float], ...]] = (
    ("under_3_months", 0, 3, 0.35),
    ("3_to_6_months", 3, 6, 0.20),
    ("6_to_12_months", 6, 12, 0.15),
    ("1_to_2_years", 12, 24, 0.12),
    ("2_to_5_years", 24, 60, 0.10),
    ("over_5_years", 60, 180, 0.08),
)
ACTIVITY_KIND: Final[Shares] = {
    "group_meeting": 0.55,
    "one_to_one": 0.14,
    "phone_or_online": 0.12,
    "social_activity": 0.09,
    "training": 0.04,
    "volunteering_session": 0.04,
    "outreach": 0.01,
    "other": 0.005,
    "not_known": 0.005,
}
JOINS_PER_REFERRAL: Final = 0.70

# Faults that real exports have.
AREA_MISSING: Final = 0.06
BIRTH_1900: Final = 0.003
SCORE_IMPOSSIBLE: Final = 0.005
SAME_ROW_TWICE: Final = 0.010
SAME_MEMBER_OTHERWISE: Final = 0.005
ALSO_AT_ANOTHER_LERO: Final = 0.02
OBJECTS: Final = 0.01
RETIRED_CODE: Final = 0.20  # of members in a recoded authority: about 2% of all
