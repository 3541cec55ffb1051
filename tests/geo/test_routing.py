"""The shortest way on foot: the same as a plain search finds, on networks made by chance and by hand."""

import heapq
import random
from collections.abc import Sequence

import numpy as np
import pytest

from geo.streets import ordering
from geo.streets.network import Anchor, Network
from geo.streets.routing import Graph, Part
from geo.streets.splitting import junctions, pieces

Edge = tuple[int, int, float]


def _network(edges: Sequence[Edge], closed: Sequence[int] = ()) -> Network:
    """Segments 100, 101, ... between numbered nodes."""
    starts, ends, lengths = zip(*edges, strict=True)
    return Network(
        np.arange(100, 100 + len(edges)),
        np.array(starts, dtype=np.int64),
        np.array(ends, dtype=np.int64),
        np.array(lengths, dtype=np.float64),
        np.array(closed, dtype=np.int64),
    )


def _on(segment: int, fraction: float) -> list[Anchor]:
    return [Anchor(segment, fraction, 1.0)]


def _plain_search(edges: Sequence[Edge], a: int, b: int) -> float:
    """Dijkstra's algorithm as in a textbook."""
    done: dict[int, float] = {}
    waiting = [(0.0, a)]
    while waiting:
        metres, node = heapq.heappop(waiting)
        if node in done:
            continue
        done[node] = metres
        for start, end, length in edges:
            if node in (start, end):
                heapq.heappush(waiting, (metres + length, end if node == start else start))
    return done.get(b, float("inf"))


@pytest.mark.parametrize("seed", range(12))
def test_ways_are_as_short_as_a_plain_search_finds(seed: int) -> None:
    chance = random.Random(seed)
    edges = [(chance.randrange(20), chance.randrange(20), chance.uniform(1, 50)) for _ in range(35)]
    edges = [edge for edge in edges if edge[0] != edge[1]]
    a, b = chance.sample(range(len(edges)), 2)
    graph = Graph(_network(edges), [_on(100 + a, 0.0), _on(100 + b, 1.0)])
    path = graph.path(0, 1, straight_m=1)
    expected = _plain_search(edges, edges[a][0], edges[b][1])

    if expected == float("inf"):
        assert path is None
    else:
        assert path is not None
        assert path.metres == pytest.approx(expected, abs=0.5)
        walked = sum(edges[part.segment - 100][2] * abs(part.until - part.since) for part in path.parts)
        assert walked == pytest.approx(expected, abs=0.5)


def test_a_way_begins_and_ends_in_the_middle_of_segments() -> None:
    graph = Graph(_network([(1, 2, 100), (2, 3, 100)]), [_on(100, 0.75), _on(101, 0.5)])
    path, back = graph.path(0, 1, 60), graph.path(1, 0, 60)

    assert path is not None and back is not None
    assert path.metres == pytest.approx(75)
    assert path.parts == (Part(100, 0.75, 1.0), Part(101, 0.0, 0.5))
    assert back.parts == (Part(101, 0.5, 0.0), Part(100, 1.0, 0.75))


def test_stops_on_one_segment_are_joined_along_it() -> None:
    graph = Graph(_network([(1, 2, 100)]), [_on(100, 0.9), _on(100, 0.2), _on(100, 0.2)])
    path, nowhere = graph.path(0, 1, 70), graph.path(1, 2, 0)

    assert path is not None and nowhere is not None
    assert path.metres == pytest.approx(70, abs=0.02)
    assert path.parts == (Part(100, 0.9, 0.2),)
    assert nowhere.parts == ()


def test_of_two_streets_between_the_same_corners_the_shorter_is_taken() -> None:
    graph = Graph(_network([(1, 2, 90), (1, 2, 40), (0, 1, 10), (2, 3, 10)]), [_on(102, 0.0), _on(103, 1.0)])
    path = graph.path(0, 1, 60)

    assert path is not None
    assert path.metres == pytest.approx(60)
    assert [part.segment for part in path.parts] == [102, 101, 103]


def test_nobody_is_led_through_a_closed_gate_or_a_banned_street() -> None:
    edges = [(1, 2, 10), (2, 3, 10), (1, 4, 50), (4, 3, 50)]
    stops = [_on(102, 0.0), _on(103, 1.0)]

    for graph in (Graph(_network(edges, closed=[2]), stops), Graph(_network(edges), stops, banned=[100])):
        path = graph.path(0, 1, 20)
        assert path is not None
        assert path.metres == pytest.approx(100)


def test_a_stop_beside_a_yard_is_reached_by_the_street_behind_it() -> None:
    network = _network([(1, 2, 500), (2, 3, 500), (8, 9, 20)])
    graph = Graph(network, [[Anchor(102, 0.5, 2.0), Anchor(100, 0.5, 12.0)], _on(101, 0.5)])

    assert graph.path(0, 1, 400) is not None


def test_parts_without_a_way_between_them_have_none() -> None:
    graph = Graph(_network([(1, 2, 10), (3, 4, 10)]), [_on(100, 0.5), _on(101, 0.5), []])

    assert graph.path(0, 1, 5) is None
    assert graph.path(0, 2, 5) is None
    assert np.isinf(graph.distances()[0, 1])


def test_no_streets_give_no_way() -> None:
    none = np.array([], dtype=np.int64)
    empty = Network(none, none, none, np.array([], dtype=np.float64), none)

    assert Graph(empty, [_on(100, 0.5), _on(100, 0.6)]).path(0, 1, 5) is None


def test_a_zigzag_is_found_and_its_ends_stay() -> None:
    along = np.array([0.0, 30.0, 10.0, 40.0, 20.0, 50.0])
    metres = np.abs(along[:, None] - along)

    assert ordering.shortest(metres, loop=False) == [0, 2, 4, 1, 3, 5]
    assert ordering.length([0, 2, 4, 1, 3, 5], metres, loop=False) == 50
    assert ordering.shortest(metres, loop=True)[0] == 0
    assert ordering.length(ordering.shortest(metres, loop=True), metres, loop=True) == 100


@pytest.mark.parametrize("seed", range(6))
def test_no_order_by_chance_is_shorter_than_what_is_found(seed: int) -> None:
    chance = random.Random(seed)
    places = np.array([(chance.random(), chance.random()) for _ in range(7)]) * 1000
    metres = np.hypot(*(places[:, None] - places).transpose(2, 0, 1))
    orders = [[0, *chance.sample(range(1, 7), 6)] for _ in range(2000)]
    found = ordering.length(ordering.shortest(metres, loop=True), metres, loop=True)

    assert found <= min(ordering.length(order, metres, loop=True) for order in orders) * 1.0001


def test_ways_are_cut_where_they_meet() -> None:
    ways = [[1, 2, 3, 4], [5, 3, 6], [7, 8, 9, 7]]
    cuts = junctions(ways)

    assert [piece.nodes for piece in pieces(ways[0], cuts)] == [(1, 2, 3), (3, 4)]
    assert [piece.nodes for piece in pieces(ways[2], cuts)] == [(7, 8, 9), (9, 7)]
    assert [piece.part for piece in pieces([1, 1, 2], cuts)] == [0]
    assert list(pieces([1], cuts)) == []
