"""Runs in Sionna RT's own environment: path gain from an antenna into every cell of a scene of buildings.

    python ray_tracing.py scene.json result.npz ANTENNA FREQUENCY_HZ DEPTH SAMPLES [ROUNDS]

Walls and roofs are slabs of ITU-R P.2040's materials, the ground is very dry. Rays are reflected, pass
walls and bend at edges once. Antennas send alike in all directions, polarised vertically.
"""

import json
import sys
from pathlib import Path
from typing import Any

import drjit as dr
import mitsuba as mi
import numpy as np

mi.set_variant("llvm_ad_mono_polarized")

from sionna.rt import PlanarArray, RadioMapSolver, Transmitter, load_scene_from_string  # noqa: E402

THICKNESS_M = 0.3
RECEIVER_M = 1.5
CELL_M = 2.0
MARGIN_M = 6.0


def main() -> None:
    """Trace and write `gain_db` (rows from the south; -inf: no ray) with west and south of its first cell."""
    source, target, antenna, frequency, depth, samples, *more = sys.argv[1:]
    scene_of = json.loads(Path(source).read_text(encoding="utf-8"))
    x, y, z = scene_of["antennas"][antenna]
    corners = np.vstack([ring for each in scene_of["buildings"] for ring in each["rings"]])
    west, south = (np.floor((corners.min(0) - MARGIN_M) / CELL_M) * CELL_M).tolist()
    east, north = (np.ceil((corners.max(0) + MARGIN_M) / CELL_M) * CELL_M).tolist()
    folder = Path(target).parent / "meshes"
    folder.mkdir(parents=True, exist_ok=True)
    scene = load_scene_from_string(_xml(scene_of["buildings"], folder, (west, south, east, north)))
    scene.frequency = float(frequency)
    scene.tx_array = scene.rx_array = PlanarArray(
        num_rows=1, num_cols=1, vertical_spacing=0.5, horizontal_spacing=0.5, pattern="iso", polarization="V"
    )
    scene.add(Transmitter("site", position=mi.Point3f(x, y, z)))
    total: Any = 0.0
    rounds = int(more[0]) if more else 1
    for seed in range(rounds):
        found = RadioMapSolver()(
            scene, center=mi.Point3f((west + east) / 2, (south + north) / 2, RECEIVER_M),
            orientation=mi.Point3f(0, 0, 0), size=mi.Point2f(east - west, north - south),
            cell_size=mi.Point2f(CELL_M, CELL_M), samples_per_tx=int(float(samples)), max_depth=int(depth),
            los=True, specular_reflection=True, refraction=True, diffraction=True, seed=seed + 1,
            stop_threshold=-150.0,
        )  # fmt: skip
        total = total + np.array(found.path_gain)[0]
        dr.flush_malloc_cache()
    with np.errstate(divide="ignore"):
        gain = 10 * np.log10(total / rounds)
    np.savez_compressed(target, gain_db=gain.astype(np.float16), west=west, south=south)


def _xml(buildings: list[dict[str, Any]], folder: Path, box: tuple[float, float, float, float]) -> str:
    """A scene of Mitsuba: one mesh a building (open towards the ground), and the ground."""
    parts = ['<scene version="2.1.0">']
    for material in ("brick", "concrete", "very_dry_ground"):
        parts.append(
            f'<bsdf type="itu-radio-material" id="{material}"><string name="type" value="{material}"/>'
            f'<float name="thickness" value="{THICKNESS_M}"/></bsdf>'
        )
    meshes = [(*_extruded(each["rings"], each["height_m"]), each["material"]) for each in buildings]
    west, south, east, north = box
    ground = np.array([[west - 50, south - 50, 0], [east + 50, south - 50, 0], [east + 50, north + 50, 0],
                       [west - 50, north + 50, 0]])  # fmt: skip
    meshes.append((ground, np.array([[0, 1, 2], [0, 2, 3]]), "very_dry_ground"))
    for n, (points, triangles, material) in enumerate(meshes):
        file = folder / f"mesh_{n}.ply"
        _write(file, points, triangles)
        parts.append(
            f'<shape type="ply" id="mesh-{n}"><string name="filename" value="{file.resolve()}"/>'
            f'<boolean name="face_normals" value="true"/><ref id="{material}" name="bsdf"/></shape>'
        )
    return "\n".join([*parts, "</scene>"])


def _extruded(rings: list[list[list[float]]], height: float) -> tuple[Any, Any]:
    """Walls of every ring, and the roof by constrained triangles."""
    from shapely import Polygon, constrained_delaunay_triangles

    points: list[list[float]] = []
    triangles: list[list[int]] = []
    for ring in rings:
        first, many = len(points), len(ring) - 1
        for x, y in ring[:-1]:
            points += [[x, y, 0.0], [x, y, height]]
        for n in range(many):
            a, b = first + 2 * n, first + 2 * ((n + 1) % many)
            triangles += [[a, b, b + 1], [a, b + 1, a + 1]]
    for triangle in constrained_delaunay_triangles(Polygon(rings[0], rings[1:])).geoms:
        first = len(points)
        points += [[x, y, height] for x, y in triangle.exterior.coords[:3]]
        triangles.append([first, first + 1, first + 2])
    return np.array(points), np.array(triangles)


def _write(file: Path, points: Any, triangles: Any) -> None:
    head = (
        f"ply\nformat ascii 1.0\nelement vertex {len(points)}\nproperty float x\nproperty float y\n"
        f"property float z\nelement face {len(triangles)}\n"
        "property list uchar int vertex_indices\nend_header\n"
    )
    rows = [" ".join(f"{value:.3f}" for value in point) for point in points]
    rows += [f"3 {a} {b} {c}" for a, b, c in triangles]
    file.write_text(head + "\n".join(rows) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
