"""Shapes in pixels become SVG that may stand in a page: no fixed size, no script, a hover title on each described mark.

The bytes depend on the shapes alone. Nothing is measured by eye of a screen: one unit is one pixel of the drawing.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from lero_coordinator.landscape.words import MADE_UP

FONT = "Arial, Helvetica, Liberation Sans, sans-serif"  # a list must end with a family every system has
BACKGROUND = "#FFFFFF"
_SVG = "http://www.w3.org/2000/svg"

Shape = Mapping[str, str | float]


@dataclass(frozen=True)
class Sheet:
    """A drawing of this width and height. Fields of shapes: x, y, x2, y2, and fill, edge, colour, text, said.

    Marks without `said` say nothing to a screen reader. style: Vega-Lite's own properties of a mark.
    """

    width: int
    height: int

    def boxes(self, shapes: Sequence[Shape], *fields: str, **style: Any) -> alt.Chart:
        """Oblongs. fields: those of fill, edge and said that the shapes carry."""
        return self._drawn(shapes, "rect", ("x", "x2", "y", "y2", *fields), style)

    def lines(self, shapes: Sequence[Shape], **style: Any) -> alt.Chart:
        """Straight lines from (x, y) to (x2, y2)."""
        return self._drawn(shapes, "rule", ("x", "x2", "y", "y2"), {"strokeCap": "round", **style})

    def bands(self, shapes: Sequence[Shape], **style: Any) -> alt.Chart:
        """One surface between (x, y) and (x, y2), from shape to shape."""
        return self._drawn(shapes, "area", ("x", "y", "y2"), style)

    def dots(self, shapes: Sequence[Shape], **style: Any) -> alt.Chart:
        """Filled dots at (x, y), each with what it says."""
        return self._drawn(shapes, "point", ("x", "y", "said"), {"filled": True, "opacity": 1, **style})

    def words(self, shapes: Sequence[Shape], size: float, **style: Any) -> alt.Chart:
        """Text in its colour with its middle at y; descriptions of marks say it too."""
        said = {"font": FONT, "fontSize": size, "baseline": "middle", **style}
        return self._drawn(shapes, "text", ("x", "y", "text", "colour"), said)

    def to_svg(self, parts: Sequence[alt.Chart], description: str, *, is_made_up: bool) -> str:
        """All parts over one another as one <svg> element. description: of the whole, for a screen reader."""
        layers = alt.layer(*parts).properties(width=self.width, height=self.height, padding=4)
        buffer = io.StringIO()
        layers.configure(background=BACKGROUND, view={"stroke": None}).save(buffer, format="svg")
        return _for_a_page(buffer.getvalue(), f"{MADE_UP}. {description}" if is_made_up else description)

    def _drawn(self, shapes: Sequence[Shape], mark: str, fields: Sequence[str], style: Mapping[str, Any]) -> alt.Chart:
        channels = {_CHANNELS[field]: self._channel(field) for field in fields}
        spec = alt.Chart.from_dict(
            {
                "data": {"values": [dict(shape) for shape in shapes]},
                "mark": {"type": mark, "aria": "said" in fields, **style},
                "encoding": channels,
            },
            validate=False,
        )
        return spec

    def _channel(self, field: str) -> dict[str, Any]:
        if field in ("x", "y"):
            end = self.width if field == "x" else self.height
            scale = {"domain": [0, end], "nice": False, "zero": False, "reverse": field == "y"}
            return {"field": field, "type": "quantitative", "axis": None, "scale": scale}
        if field in ("x2", "y2"):
            return {"field": field}
        as_it_is = {"scale": None} if field in ("fill", "edge", "colour") else {}
        return {"field": field, "type": "nominal", **as_it_is}


_CHANNELS = {
    **{name: name for name in ("x", "y", "x2", "y2", "fill", "text")},
    "edge": "stroke",
    "colour": "color",
    "said": "description",
}


def _for_a_page(svg: str, description: str) -> str:
    ElementTree.register_namespace("", _SVG)
    # The text was written by this process a moment ago; nothing in it comes from outside but escaped labels.
    root = ElementTree.fromstring(svg)  # noqa: S314
    for name in ("width", "height", "class"):
        root.attrib.pop(name, None)
    root.attrib |= {"role": "graphics-document", "aria-label": description, "focusable": "false"}
    for mark in root.iter():
        if mark is not root and mark.get("role") == "graphics-symbol" and mark.get("aria-label"):
            title = ElementTree.Element(f"{{{_SVG}}}title")
            title.text = mark.get("aria-label")
            mark.insert(0, title)
    return re.sub(r"\s+xmlns:xlink=\"[^\"]*\"", "", ElementTree.tostring(root, encoding="unicode"))
