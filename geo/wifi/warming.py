"""Compile what coverage is reckoned with, so that nobody waits for it: `python -m geo.wifi.warming`.

Does nothing, and does it quickly, where that was done for this version of the code.
"""

import sys

from geo.wifi.streetscape.version import COMPILED


def main() -> int:
    """Reckon a house and a courtyard once; 0."""
    from geo.wifi.streetscape.shelf import shelf

    done = shelf() / f"ready-{COMPILED[:12]}"
    if done.exists():
        return 0
    from shapely import box

    from geo.wifi.rasters import Grid
    from geo.wifi.streetscape import crossings, scenes, signal, ways
    from geo.wifi.streetscape.outlines import Box, Outline

    yard = box(20, 20, 60, 60).difference(box(30, 30, 50, 50))
    scene = scenes.of(
        [Outline(yard, 6.0, None), Outline(box(70, 20, 90, 60), 6.0, None)], Box(0, 0, 100, 100), ("wall",), 0
    )
    import numpy as np

    losses = np.array([[800, 900]])
    ways.ways(scene, Grid(0, 0, 50, 50), 10.0, 10.0, 4.0, 1.5, losses, signal.bending(2437.0))
    crossings.counts(np.array([[0, 0, 9, 9]]), len(scene.walls), scene.walls.buckets)
    scenes.inside(scene, 10.0, 10.0)
    done.touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
