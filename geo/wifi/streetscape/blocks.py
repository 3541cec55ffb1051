"""Buildings that touch become blocks: a wall between two of them is no outer wall, and no ray is charged twice.

What a ray crosses is then the outer walls of blocks; each keeps height and material of the building it is of.
Where a high building leans on a low one, the part of its wall above the low roof is left out.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from shapely import Polygon, STRtree, get_parts, points, set_precision, union_all

from geo.wifi.streetscape.edges import MM, Edges
from geo.wifi.streetscape.outlines import Outline

GRID_M: Final = 1 / MM
ABOVE_M: Final = 1e4
"""No building is higher; whatever is, is as high as that."""


def edges(
    outlines: Sequence[Outline], materials: Mapping[str, int], default: int
) -> tuple[Edges, np.ndarray]:
    """The outer walls of blocks, buildings to the left, and which of them belong to outer rings (1) or
    courtyards (0). `materials` are indices by tag; what it does not know has index `default`.
    """
    known: list[tuple[Polygon, Outline]] = []
    for outline in outlines:
        whole = set_precision(outline.shape, GRID_M)
        known += [
            (part, outline) for part in get_parts(whole) if isinstance(part, Polygon) and not part.is_empty
        ]
    rows: list[np.ndarray] = []
    rings: list[np.ndarray] = []
    for block in get_parts(union_all([shape for shape, _ in known], grid_size=GRID_M)) if known else ():
        for nth, ring in enumerate((block.exterior, *block.interiors)):
            line = np.rint(np.asarray(ring.coords)[:, :2] * MM).astype(np.int64)
            line = line[np.r_[True, (np.diff(line, axis=0) != 0).any(axis=1)]]
            if len(line) < 4:
                continue
            # Buildings lie to the left: outer rings run against the clock, courtyards with it.
            if ring.is_ccw != (nth == 0):
                line = line[::-1]
            rows.append(np.hstack((line[:-1], line[1:])))
            rings.append(np.full(len(line) - 1, nth == 0, np.uint8))
    if not rows:
        return Edges(*(np.zeros(0, np.int64) for _ in range(6))), np.zeros(0, np.uint8)
    table = np.vstack(rows)
    middles = points((table[:, 0] + table[:, 2]) / (2 * MM), (table[:, 1] + table[:, 3]) / (2 * MM))
    walls, shapes = STRtree([shape for shape, _ in known]).query_nearest(middles, all_matches=True)
    top, material = np.zeros(len(table), np.int64), np.full(len(table), default, np.int64)
    for wall, shape in zip(walls.tolist(), shapes.tolist(), strict=True):
        outline = known[shape][1]
        height = int(min(outline.top_m, ABOVE_M) * MM)
        # Two buildings that overlap share the wall: the higher one's it is.
        if height > top[wall]:
            top[wall], material[wall] = height, materials.get(outline.material or "", default)
    columns = [np.ascontiguousarray(column) for column in table.T]
    return Edges(*columns, top, material), np.concatenate(rings)
