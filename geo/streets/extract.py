"""From a country's extract to what touches the commune's box: a small OSM file with every reference complete.

The large file is streamed a few times (nodes in the box, ways, relations, then what those refer to outside),
so that memory grows with the box and not with the file. libosmium's own id sets are not used: with today's
ids they take 700 MB each. Every block's checksum is verified on the way; a file that cannot be read to its
end is refused before the database is asked anything.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import osmium
from osmium import filter as only
from osmium.osm import NODE, RELATION, WAY

from core.errors import Invalid
from geo.shapes import Box
from geo.streets.tagging import INTERESTING
from geo.vocabulary import N_

Progress = Callable[[str, int], None]
"""Told what is being read, and how many of it so far."""

SUFFIXES: Final = (".osm.pbf", ".pbf")
STEP: Final = 200_000
"""Objects between two reports of progress."""
MOST_OUTLINES: Final = 5_000
"""Ways that an area may be bounded by: larger ones (seas, countries) are no part of a commune."""


class Source(NamedTuple):
    """An extract as it was found: SHA-256 of its bytes, and the state of OpenStreetMap it says it holds."""

    path: Path
    sha256: str
    data_time: datetime | None


def look(path: Path) -> Source:
    """Check that there is such a file, that its checksum beside it agrees, and that it begins as one.

    Raises Invalid with what to do. `FILE.md5`, as download servers publish it, is compared if it is there:
    a download that was cut off exactly between two blocks is found by nothing else.
    """
    if not path.is_file():
        raise Invalid("file", N_("%(file)s: there is no such file."), file=str(path))
    if not path.name.endswith(SUFFIXES):
        raise Invalid("file", N_("%(file)s: an extract's name ends in .osm.pbf."), file=path.name)
    if path.stat().st_size == 0:
        raise Invalid("file", N_("%(file)s is empty: download it again."), file=path.name)
    sha256, md5 = _digests(path)
    listed = path.with_name(path.name + ".md5")
    if listed.is_file() and listed.read_text(encoding="ascii", errors="replace").split()[:1] != [md5]:
        raise Invalid(
            "file", N_("%(file)s does not have the checksum in %(list)s: download both again."),
            file=path.name, list=listed.name,
        )  # fmt: skip
    try:
        header = osmium.io.Reader(osmium.io.File(str(path), "pbf"), NODE).header()
        written = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    except (RuntimeError, ValueError) as error:
        raise unreadable(path, error) from None
    return Source(path, sha256, _moment(written))


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _digests(path: Path) -> tuple[str, str]:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            sha256.update(block)
            md5.update(block)
    return sha256.hexdigest(), md5.hexdigest()


def unreadable(path: Path, error: Exception) -> Invalid:
    """The file is no OSM PBF file, or is cut off or damaged."""
    return Invalid(
        "file",
        N_("%(file)s is no complete OSM PBF file (%(why)s): download it again. Nothing was changed."),
        file=path.name,
        why=str(error).strip().splitlines()[0][:120] if str(error).strip() else type(error).__name__,
    )


def cut(source: Source, box: Box, target: Path, progress: Progress) -> None:
    """Write what is interesting and touches the box into `target`, complete with its nodes and ways.

    Raises Invalid for a damaged file, and for one without any street in the box, which names the box.
    """
    try:
        with osmium.SimpleWriter(str(target), overwrite=True) as writer:
            _Cut(source.path, box, target.parent, progress).write(writer)
    except (RuntimeError, UnicodeDecodeError, osmium.InvalidLocationError) as error:
        raise unreadable(source.path, error) from None


class _Cut:
    """The passes over the large file. Sets hold ids of what touches the box, and nothing else."""

    def __init__(self, path: Path, box: Box, room: Path, progress: Progress) -> None:
        self.path, self.box, self.room, self.progress = path, box, room, progress
        self.nodes: set[int] = set()
        """In the box."""
        self.ways: set[int] = set()
        """With a node in the box."""
        self.written: set[int] = set()
        """Ways that were written."""
        self.wanted: set[int] = set()
        """Nodes outside the box that written ways refer to."""

    def write(self, writer: Any) -> None:
        """Nodes, then ways, then relations, as readers of such files expect."""
        self._nodes(writer)
        ways, outlines, relations = (self.room / f"{part}.osm.pbf" for part in ("ways", "outlines", "areas"))
        with osmium.SimpleWriter(str(ways), overwrite=True) as aside:
            if not self._ways(aside):
                raise self._elsewhere()
        with osmium.SimpleWriter(str(relations), overwrite=True) as aside:
            missing = self._relations(aside)
        with osmium.SimpleWriter(str(outlines), overwrite=True) as aside:
            self._outlines(aside, missing)
        if self.wanted:
            for node in self._read(NODE, "nodes outside the box"):
                if node.id in self.wanted:
                    writer.add(node.replace(tags={}))
        # Ways must stand in the order of their ids for areas to be put together.
        parts = (osmium.FileProcessor(str(part)) for part in (ways, outlines))
        for way, outline in osmium.zip_processors(*parts):
            writer.add(way or outline)
        for relation in osmium.FileProcessor(str(relations)):
            writer.add(relation)

    def _read(self, what: Any, doing: str, *filters: Any) -> Iterator[Any]:
        reader = osmium.FileProcessor(str(self.path), what)
        for each in filters:
            reader = reader.with_filter(each)
        for done, each in enumerate(reader, 1):
            if done % STEP == 0:
                self.progress(doing, done)
            yield each

    def _nodes(self, writer: Any) -> None:
        west, south, east, north = self.box
        for node in self._read(NODE, "nodes"):
            at = node.location
            if at.valid() and west <= at.lon <= east and south <= at.lat <= north:
                self.nodes.add(node.id)
                writer.add(node)

    def _ways(self, writer: Any) -> int:
        """Write the interesting ways with a node in the box; how many of them are roads or paths."""
        streets = 0
        for way in self._read(WAY, "ways"):
            if not any(node.ref in self.nodes for node in way.nodes):
                continue
            # Also ways without tags: they may be a part of something's outline.
            self.ways.add(way.id)
            if _interesting(way.tags):
                self._keep(writer, way)
                streets += "highway" in way.tags
        return streets

    def _keep(self, writer: Any, way: Any) -> None:
        writer.add(way)
        self.written.add(way.id)
        self.wanted.update(node.ref for node in way.nodes if node.ref not in self.nodes)

    def _relations(self, writer: Any) -> set[int]:
        """Write the interesting areas that touch the box; their outlines that are still to be written."""
        outlines: set[int] = set()
        for relation in self._read(RELATION, "relations", only.TagFilter(("type", "multipolygon"))):
            members = {member.ref for member in relation.members if member.type == "w"}
            if _interesting(relation.tags) and len(members) <= MOST_OUTLINES and members & self.ways:
                writer.add(relation)
                outlines |= members - self.written
        return outlines

    def _outlines(self, writer: Any, outlines: set[int]) -> None:
        if outlines:
            for way in self._read(WAY, "outlines"):
                if way.id in outlines:
                    self._keep(writer, way)

    def _elsewhere(self) -> Invalid:
        west, south, east, north = self.box
        return Invalid(
            "file",
            N_(
                "%(file)s holds no street within the commune's box (longitude %(west)s to %(east)s, latitude"
                " %(south)s to %(north)s): is it an extract of another place? Nothing was changed."
            ),
            file=self.path.name, west=west, east=east, south=south, north=north,
        )  # fmt: skip


def _interesting(tags: Any) -> bool:
    return any(key in tags for key in INTERESTING) or tags.get("amenity") == "marketplace"
