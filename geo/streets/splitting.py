"""Ways into segments: cut where ways meet, where one crosses itself, and where something bars the way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from geo.shapes import Box, LonLat

LONGEST_NODES: Final = 200
"""Nodes of a segment at the most: a long country road is cut, so that boxes stay small."""


class Piece(NamedTuple):
    """A part of a way, `part` counted from 0, with its nodes from end to end."""

    part: int
    nodes: tuple[int, ...]


def junctions(ways: Iterable[Sequence[int]]) -> set[int]:
    """Nodes where a way begins or ends, or that belong to more than one way or twice to one."""
    seen: set[int] = set()
    shared: set[int] = set()
    for nodes in ways:
        if nodes:
            shared.update((nodes[0], nodes[-1]))
        for node in nodes:
            if node in seen:
                shared.add(node)
            seen.add(node)
    return shared


def pieces(nodes: Sequence[int], cuts: set[int]) -> Iterator[Piece]:
    """The way's segments in order. A node that follows itself is left out; a segment has two nodes at least.

    A segment never ends where it began (a ring is cut in its middle), so that two nodes name it.
    """
    part, begun = 0, 0
    plain = [node for index, node in enumerate(nodes) if index == 0 or node != nodes[index - 1]]
    for index in range(1, len(plain)):
        if plain[index] in cuts or index == len(plain) - 1 or index - begun >= LONGEST_NODES:
            run = tuple(plain[begun : index + 1])
            middle = len(run) // 2
            runs = (run[: middle + 1], run[middle:]) if run[0] == run[-1] else (run,)
            for each in runs:
                yield Piece(part, each)
                part += 1
            begun = index


def inside(piece: Piece, places: Mapping[int, LonLat], box: Box) -> bool:
    """Whether all its nodes have places and one of them lies in the box."""
    return all(node in places for node in piece.nodes) and any(
        box.holds(*places[node]) for node in piece.nodes
    )
