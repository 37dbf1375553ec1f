"""Draws the LEROs themselves: how many members, which authorities, which case system. No member is drawn here."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

import numpy as np

from lero_contract.geography import Area, Geography
from lero_coordinator.demo.population import shares
from lero_coordinator.demo.population.model import Profile
from lero_coordinator.demo.population.names import MOST_LEROS, lero_names

FEWEST_LEROS: Final = 3
ANCHORED_FROM: Final = 40  # with fewer LEROs neither the fixed ones nor three in each region fit

# 230 where the law of real sizes has 250: the LERO fixed at 4,500 lies beyond the law's tail, and the sum should stay
# near 21,400 for 55.
_MEDIAN_MEMBERS, _SIGMA = 230, 0.95
_SMALLEST, _LARGEST = 20, 4500
_TINY: Final = (24, 31, 38)  # to be too few to show
_COUNTY: Final = ("E06000062", "E06000061")  # Northamptonshire's two halves, 1,000 members
_LARGE: Final = ("E10000017", "E06000008", "E06000009", "E08000001")  # Lancashire and three neighbours
_MIDLANDS, _NORTH_WEST = "E12000004", "E12000002"
_COUNTY_SHARES, _LARGE_SHARES = (0.7, 0.3), (0.7, 0.12, 0.1, 0.08)

# A third of LEROs work in the North West and in Yorkshire and The Humber.
_REGIONS: Final = {
    "E12000001": 0.08,
    "E12000002": 0.19,
    "E12000003": 0.15,
    "E12000004": 0.09,
    "E12000005": 0.11,
    "E12000006": 0.09,
    "E12000007": 0.11,
    "E12000008": 0.10,
    "E12000009": 0.08,
}
_TOO_SMALL = 20_000  # residents: City of London and Isles of Scilly, whose few people any figure would show


def draw_profiles(rng: np.random.Generator, leros: int, geography: Geography) -> tuple[Profile, ...]:
    """`leros` different LEROs, in the order of their regions.

    With ANCHORED_FROM or more, every region has at least three, and the fixed ones are among them: 1,000 members on
    Northamptonshire's two authorities, 4,500 around Lancashire, and three of 20 to 40.
    Raises ValueError outside FEWEST_LEROS to MOST_LEROS.
    """
    if not FEWEST_LEROS <= leros <= MOST_LEROS:
        raise ValueError(f"a population has between {FEWEST_LEROS} and {MOST_LEROS} LEROs")
    regions = _home_regions(leros)
    anchored = leros >= ANCHORED_FROM
    members = _place_sizes(rng, _sizes(leros, anchored), regions, anchored)
    areas = _areas(rng, regions, members, geography, anchored)
    names = lero_names(rng, leros)
    alone = set(rng.permutation(leros)[: round(0.8 * leros)].tolist())
    templates, male, referrals = _templates(members), _male_shares(rng, members), _referrals(rng, areas)
    return tuple(
        Profile(
            node_id=names[i].lower().replace(" ", "-"),
            organisation_id=names[i].lower().replace(" ", "-"),
            name=names[i],
            region=regions[i],
            areas=tuple(sorted(areas[i])),
            area_shares=tuple(share for _, share in sorted(areas[i].items())),
            publish_alone=i in alone,
            current_members=members[i],
            referrals_per_member=referrals[i],
            male_share=male[i],
            template=templates[i],
        )
        for i in range(leros)
    )


def _male_shares(rng: np.random.Generator, members: list[int]) -> list[float]:
    """50 to 80%; one LERO of middling size, where there are ten or more, is for women only."""
    drawn = np.clip(rng.normal(shares.MALE, 0.07, len(members)), 0.5, 0.8).tolist()
    if len(members) >= 10:
        by_size = sorted(range(len(members)), key=lambda i: (members[i], i))
        drawn[int(rng.choice(by_size[len(members) // 3 : 2 * len(members) // 3]))] = 0.0
    return list(drawn)


def _referrals(rng: np.random.Generator, areas: list[dict[str, float]]) -> list[float]:
    """A year, for each current member. The two fixed LEROs are fixed in this too: 1.3 was seen at one of that shape."""
    drawn = rng.uniform(0.6, 1.6, len(areas)).tolist()
    fixed = {frozenset(_COUNTY): 1.3, frozenset(_LARGE): 1.1}
    return [fixed.get(frozenset(served), rate) for rate, served in zip(drawn, areas, strict=True)]


def _home_regions(leros: int) -> list[str]:
    """Largest remainders of the regions' shares; at least three in each where there are enough."""
    least = 3 if leros >= ANCHORED_FROM else 0
    wanted = {region: max(least, share * leros) for region, share in _REGIONS.items()}
    given = {region: math.floor(number) for region, number in wanted.items()}
    while sum(given.values()) < leros:
        region = max(wanted, key=lambda r: (wanted[r] - given[r], r))
        given[region] += 1
    while sum(given.values()) > leros:
        region = max(given, key=lambda r: (given[r] - wanted[r], given[r], r))
        given[region] -= 1
    return [region for region in sorted(given) for _ in range(given[region])]


def _sizes(leros: int, anchored: bool) -> list[int]:
    """Ascending members per LERO: the log-normal's quantiles, so that the sum hardly depends on the seed."""
    law = NormalDist(math.log(_MEDIAN_MEMBERS), _SIGMA)
    sizes = [math.exp(law.inv_cdf((i + 0.5) / leros)) for i in range(leros)]
    cut = [int(min(_LARGEST, max(_SMALLEST, size))) for size in sizes]
    if anchored:
        cut[: len(_TINY)] = _TINY
        cut[-1] = _LARGEST
        cut[min(range(leros), key=lambda i: abs(cut[i] - 1000))] = 1000
    return cut


def _place_sizes(rng: np.random.Generator, sizes: list[int], regions: list[str], anchored: bool) -> list[int]:
    """Sizes in a random order; the two fixed ones at the first LERO of their regions."""
    if not anchored:
        return [sizes[i] for i in rng.permutation(len(sizes))]
    fixed = {regions.index(_MIDLANDS): 1000, regions.index(_NORTH_WEST): _LARGEST}
    free = sizes.copy()
    for size in fixed.values():
        free.remove(size)
    mixed = iter([free[i] for i in rng.permutation(len(free))])
    return [fixed[i] if i in fixed else next(mixed) for i in range(len(sizes))]


def _areas(
    rng: np.random.Generator, regions: list[str], members: list[int], geography: Geography, anchored: bool
) -> list[dict[str, float]]:
    """The authorities of each LERO with the share of members living there; homes are all different."""
    homes = _homes(rng, regions, geography, anchored)
    extra = _extra_areas(rng, members)
    return [
        _share_out(rng, [home, *_neighbours(home, extra[i], geography)]) if isinstance(home, str) else home
        for i, home in enumerate(homes)
    ]


def _homes(
    rng: np.random.Generator, regions: list[str], geography: Geography, anchored: bool
) -> list[str | dict[str, float]]:
    """One authority for each LERO, larger ones more often; the two fixed LEROs have their areas already."""
    fixed: dict[int, dict[str, float]] = {}
    if anchored:
        fixed[regions.index(_MIDLANDS)] = dict(zip(_COUNTY, _COUNTY_SHARES, strict=True))
        fixed[regions.index(_NORTH_WEST)] = dict(zip(_LARGE, _LARGE_SHARES, strict=True))
    taken = {area for areas in fixed.values() for area in areas}
    homes: list[str | dict[str, float]] = []
    for i, region in enumerate(regions):
        if i in fixed:
            homes.append(fixed[i])
            continue
        free = [a for a in _in_region(region, geography) if a.code not in taken]
        weights = np.sqrt([a.population for a in free])
        home = free[int(rng.choice(len(free), p=weights / weights.sum()))].code
        taken.add(home)
        homes.append(home)
    return homes


def _extra_areas(rng: np.random.Generator, members: list[int]) -> list[int]:
    """One authority for 75% of LEROs, two for 15%, three to five for 10%; the smallest stay at home."""
    able = [i for i in rng.permutation(len(members)).tolist() if members[i] >= 50]
    several, two = round(0.10 * len(members)), round(0.15 * len(members))
    extra = dict.fromkeys(able[:two], 1)
    extra |= {i: 2 + k % 3 for k, i in enumerate(able[two : two + several])}
    return [extra.get(i, 0) for i in range(len(members))]


def _neighbours(home: str, number: int, geography: Geography) -> list[str]:
    """The nearest codes of the region: codes were given out county by county, so near codes are mostly near places."""
    codes = [a.code for a in _in_region(geography.areas[home].region, geography)]
    place = codes.index(home)
    nearest = sorted((c for c in codes if c != home), key=lambda c: (abs(codes.index(c) - place), c))
    return nearest[:number]


def _share_out(rng: np.random.Generator, areas: list[str]) -> dict[str, float]:
    """Most members at home, the others split evenly."""
    if len(areas) == 1:
        return {areas[0]: 1.0}
    home = float(rng.uniform(0.5, 0.8))
    return {area: home if i == 0 else (1 - home) / (len(areas) - 1) for i, area in enumerate(areas)}


def _in_region(region: str, geography: Geography) -> list[Area]:
    found = (a for a in geography.areas.values() if a.region == region and a.population >= _TOO_SMALL)
    return sorted(found, key=lambda a: a.code)


def _templates(members: list[int]) -> list[str]:
    """The smallest third keep a spreadsheet (demo-c); the others use one of two case systems in turn."""
    by_size = sorted(range(len(members)), key=lambda i: (members[i], i))
    spreadsheets = -(-len(members) // 3)
    found = dict.fromkeys(by_size[:spreadsheets], "demo-c")
    found |= {i: ("demo-a", "demo-b")[k % 2] for k, i in enumerate(by_size[spreadsheets:])}
    return [found[i] for i in range(len(members))]
