"""Signs: how far and after how much damage they are read, and what making them costs.

Peers in the same run: the `qrcode` package as it comes with the long address of a page, and WeasyPrint
without our pass over its PDF.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import qrcode

from bench.harness import Table, database
from core.db import Engine, make_engine, session_of
from core.settings import PROJECT
from geo import published
from qr_signs import symbol
from qr_signs.artwork import accessible, fitting, rendering, setting, sizes
from qr_signs.artwork.content import Content
from qr_signs.artwork.order import Order
from qr_signs.builds import design, orders
from qr_signs.preflight import checks, damage, decoders, raster, study
from qr_signs.preflight.raster import SURROUND

SEEDS = range(20)
PAYLOAD = "HTTPS://SIGN.EXAMPLE/Q/2W3Z5Z1-K5K8"
LONG = "https://patrimoine.commune.example/fr/monuments/kasbah-de-la-ville"
PX = 12
SIZES = ("A6", "A5", "A4", "A3", "A2")
MANY = 100
KEY = "bench"


def _printed(modules: Any) -> damage.Print:
    """A symbol at the same printed width as any other: damage is measured by width."""
    size = len(modules)
    picture = np.full((size + 2 * SURROUND,) * 2, 255, np.uint8)
    inner = slice(SURROUND, SURROUND + size)
    picture[inner, inner] = np.where(np.array(modules), 0, 255)
    return damage.printed(np.kron(picture, np.ones((PX, PX), np.uint8)), size, PX)


def _default(payload: str) -> damage.Print:
    """A symbol of the `qrcode` package as it comes: level M, its own choice of modes."""
    code = qrcode.QRCode(border=0)
    code.add_data(payload)
    code.make(fit=True)
    return _printed(code.get_matrix())


def _missed(rates: dict[str, study.Rates]) -> float:
    return 100 * (1 - statistics.fmean(rate.share for rate in rates.values()))


def _reading(table: Table) -> None:
    ours, peer = _printed(symbol.make(PAYLOAD).modules), _default(LONG)
    reach, peer_reach = study.reach(ours, PAYLOAD, SEEDS), study.reach(peer, LONG, SEEDS)
    table.add(
        "Reading distance over symbol width, 90 % by both decoders (≥ 1.5 × peer with long address)",
        reach, ": 1", least=1.5 * peer_reach, peer=("`qrcode` default", peer_reach), digits=0,
    )  # fmt: skip
    rates, peer_rates = study.rates(study.of(ours), PAYLOAD, SEEDS), study.rates(study.of(peer), LONG, SEEDS)
    missed, peer_missed = _missed(rates), _missed(peer_rates)
    table.add(
        f"Photos missed, mean of {len(rates)} kinds of damage × {len(SEEDS)} (≤ 0.6 × peer)",
        missed, "%", most=0.6 * peer_missed, peer=("`qrcode` default", peer_missed),
    )  # fmt: skip
    wrong = sum(rate.wrong for each in (rates, peer_rates) for rate in each.values())
    table.add("Wrong payloads in all of these photos", wrong, "", most=0, digits=0)


@contextlib.contextmanager
def contents_of(url: str) -> Iterator[tuple[Engine, list[Content]]]:
    """What every sign of the shipped commune says."""
    engine = make_engine(url, statement_timeout_ms=0)
    with session_of(engine) as session:
        state = published.current(session)
        if state is None:
            raise RuntimeError("nothing is loaded")
        decided = design.design_of(state.commune, "sign.example")
        codes = orders.every(session)
        design.ensure_tags(session, KEY, codes)
        session.commit()
        composed = design.compose(session, state, decided, codes)
        yield engine, [each.content for each in composed.values() if isinstance(each, design.Composed)]
    engine.dispose()


def _cpu_s(do: Any) -> float:
    began = time.process_time()
    do()
    return time.process_time() - began


def _finished(table: Table, contents: list[Content]) -> None:
    setter = setting.Setter()
    read = whole = points = exact = texts = 0
    for content in contents:
        for size in SIZES:
            order = Order(sizes.read(size))
            artwork = rendering.draw(content, order, setter)
            page = np.asarray(raster.page(artwork).convert("L"), np.uint8)
            whole += len(decoders.DECODERS)
            read += sum(decoders.read(page, each) == [artwork.payload] for each in decoders.DECODERS)
            if size != "A4":
                continue
            points += checks.run(artwork).passed
            spoken = accessible.spoken(rendering.read_aloud(content, order, setter))
            for field, lang, text in content.fields():
                if field == "name" and lang not in content.headings:
                    continue  # the same name as another language's: it stands there once
                texts += 1
                exact += text in "".join(said for tongue, said in spoken if tongue == lang)
    signs = len(contents)
    table.add(
        f"Finished signs A6 to A2 read clean, {signs} signs × 5 sizes × 2 decoders",
        100 * read / whole, "%", least=100,
    )  # fmt: skip
    table.add(
        f"Signs that pass every point of preflight ({len(checks.run(artwork).checks)}; 13 asked for)",
        100 * points / signs, "%", least=100,
    )  # fmt: skip
    table.add(
        f"Texts exact through the structure tree, {texts} in 4 languages",
        100 * exact / texts, "%", least=100,
    )  # fmt: skip


def _cost(table: Table, contents: list[Content]) -> None:
    setter = setting.Setter()
    order = Order(sizes.read("A4"))
    for content in contents[:3]:
        rendering.draw(content, order, setter)
    began = time.perf_counter()
    rendering.draw(contents[3], order, setter)
    table.add("One A4 as PDF/X-4, warm", time.perf_counter() - began, "s", most=0.6, digits=2)
    ours = _cpu_s(lambda: [rendering.draw(each, order, setter) for each in contents]) / len(contents)
    plain = _cpu_s(lambda: [_plain(each, order, setter) for each in contents]) / len(contents)
    table.add(
        "CPU a sign: fitted, PDF/X-4 (≤ 2 × peer: WeasyPrint, one layout, no pass)",
        1000 * ours, "ms", most=2000 * plain, peer=("WeasyPrint", 1000 * plain), digits=0,
    )  # fmt: skip


def _plain(content: Content, order: Order, setter: setting.Setter) -> bytes:
    """The same page set once at the smallest letters, as the engine writes it."""
    drawn = symbol.make(content.payload)
    smallest = fitting.SMALLEST_NAMES[order.sheet.template]
    least = fitting.Fit(fitting.least(order.sheet), smallest, smallest)
    page = setter._laid(content, order.sheet, drawn, least, "")
    return bytes(page.document.write_pdf())


BATCH = """
import json, resource, sys, time
from core.db import make_engine, session_of
from core.settings import Settings
from qr_signs.builds import orders, running
if __name__ == "__main__":
    engine = make_engine(sys.argv[1], statement_timeout_ms=0)
    settings = Settings(SECRET_KEY="b", SIGN_KEY="bench", FILES_DIR=sys.argv[2])
    with session_of(engine) as session:
        build = orders.place(session, sys.argv[3].split(","), orders.Options(size="A4"), by="bench")
        session.commit()
    began = time.perf_counter()
    running.run(running.Shop(engine, settings), build.id)
    took = time.perf_counter() - began
    with session_of(engine) as session:
        counts = dict(orders.progress(session, orders.find(session, build.id)).counts)
    print(json.dumps({"s": took, "counts": counts}))
"""


def _batch(table: Table, engine: Engine) -> None:
    """An order of a hundred signs with all that belongs to it: checks, accessible PDFs, pictures, zip."""
    codes = _hundred(engine)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "batch.py")
        script.write_text(BATCH, encoding="utf-8")
        url = engine.url.render_as_string(hide_password=False)
        command = [sys.executable, str(script), url, folder, ",".join(codes)]
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, _memory_mb(process.pid))
            # Asking costs the asked: rarely enough not to slow what is measured.
            time.sleep(0.5)
        said = json.loads((process.stdout.read() if process.stdout else "{}").splitlines()[-1])
    if said["counts"] != {"proof": MANY}:
        raise RuntimeError(f"the batch went wrong: {said}")
    table.add(f"{MANY} signs A4 with preflight, accessible PDF, pictures and zip", said["s"], "s", most=30)
    table.add("Memory of that, all processes together (PSS)", peak, "MB", most=400, digits=0)


def _hundred(engine: Engine) -> list[str]:
    """A hundred signs: the shipped ones, and further codes that lead to the same things."""
    from sqlalchemy import text

    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO sign (code, feature_id, reason)"
                " SELECT 'X' || lpad(n::text, 6, '0'), feature_id, '{}'"
                " FROM generate_series(0, 3) AS round, LATERAL"
                " (SELECT feature_id, row_number() OVER (ORDER BY code)"
                " + 100 * round AS n FROM sign WHERE code NOT LIKE 'X0%') AS known"
            )
        )
        return list(
            connection.scalars(text("SELECT code FROM sign ORDER BY code LIMIT :many"), {"many": MANY})
        )


def _memory_mb(root: int) -> float:
    """Proportional memory of a process and its descendants, in megabytes."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            fields = stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    total, waiting = 0.0, [root]
    while waiting:
        process = waiting.pop()
        waiting += children.get(process, [])
        with contextlib.suppress(OSError):
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8")
            total += (
                next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
            )
    return total


def run() -> Table:
    """The table of signs."""
    table = Table("Signs (simulated photos: rates rank designs, they do not predict a phone)")
    _reading(table)
    with database(0) as url, contents_of(url) as (engine, contents):
        _finished(table, contents)
        _cost(table, contents)
        _batch(table, engine)
    return table
