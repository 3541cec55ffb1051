"""Buildings that touch become blocks: a wall between two of them is no outer wall, no ray is charged twice.

What a ray crosses is then the outer walls of blocks; each keeps height and material of the building it is of.
Where a high building leans on a low one, the part of its wall above the low roof is left out.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from shapely import (
    Geometry,
    Polygon,
    STRtree,
    get_coordinates,
    get_parts,
    make_valid,
    points,
    set_precision,
    union_all,
)

from geo.wifi.streetscape.edges import MM, Edges
from geo.wifi.streetscape.outlines import Outline

GRID_M: Final = 1 / MM
HIGHEST_M: Final = 1_000.0
"""No building is higher; whatever is said to be, is as high as that."""
_NOTHING: Final = (np.zeros((0, 4), np.int64), np.zeros(0, np.uint8))


def edges(
    outlines: Sequence[Outline], materials: Mapping[str, int], default: int
) -> tuple[Edges, NDArray[np.uint8]]:
    """The outer walls of blocks, buildings to the left, and which of them belong to outer rings (1) or
    courtyards (0). `materials` are indices by tag; what it does not know has index `default`.
    """
    known: list[tuple[Polygon, Outline]] = []
    for outline in outlines:
        # Outlines that cross themselves come out as several.
        for part in get_parts(set_precision(make_valid(outline.shape), GRID_M)):
            if isinstance(part, Polygon) and not part.is_empty:
                known.append((part, outline))
    table, outer = _rings(union_all([shape for shape, _ in known], grid_size=GRID_M)) if known else _NOTHING
    top, material = np.zeros(len(table), np.int64), np.full(len(table), default, np.int64)
    if known:
        middles = points((table[:, 0] + table[:, 2]) / (2 * MM), (table[:, 1] + table[:, 3]) / (2 * MM))
        pairs = STRtree([shape for shape, _ in known]).query_nearest(middles, all_matches=True)
        for wall, shape in pairs.T.tolist():
            outline = known[shape][1]
            height = int(min(outline.top_m, HIGHEST_M) * MM)
            # Two buildings that overlap share the wall: the higher one's it is.
            if height > top[wall]:
                top[wall], material[wall] = height, materials.get(outline.material or "", default)
    ax, ay, bx, by = (np.ascontiguousarray(column) for column in table.T)
    return Edges(ax, ay, bx, by, top, material), outer


def _rings(blocks: Geometry) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Walls as rows of ax, ay, bx, by in millimetres, and whether they are of outer rings."""
    rows, outer = [_NOTHING[0]], [_NOTHING[1]]
    for block in get_parts(blocks):
        for nth, ring in enumerate((block.exterior, *block.interiors)):
            line = np.rint(get_coordinates(ring) * MM).astype(np.int64)
            line = line[np.r_[True, (np.diff(line, axis=0) != 0).any(axis=1)]]
            # Buildings lie to the left: outer rings run against the clock, courtyards with it.
            if ring.is_ccw != (nth == 0):
                line = line[::-1]
            rows.append(np.hstack((line[:-1], line[1:])))
            outer.append(np.full(len(line) - 1, nth == 0, np.uint8))
    return np.vstack(rows), np.concatenate(outer)
