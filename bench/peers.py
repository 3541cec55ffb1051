"""Other programs, from PyPI, each in an environment of its own under build/peers.

The servers of OGC API – Features serve the tables `peer_points` and `peer_polygons` (bench/opendata_rows.py)
of the same database.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import make_url

from bench.harness import free_port
from core.settings import PROJECT

HOME = PROJECT / "build" / "peers"
PACKAGES: Mapping[str, tuple[str, ...]] = {
    "tipg": ("tipg==1.6.1", "uvicorn==0.54.0"),
    "pygeoapi": ("pygeoapi==0.21.0", "gunicorn==27.0.1", "psycopg2-binary==2.9.13", "geoalchemy2==0.20.0",
                 "sqlalchemy==2.0.58"),
    "ray-tracing": ("sionna-rt==2.2.0", "shapely==2.2.0"),
    "spopt": ("spopt==0.7.0", "pulp==3.3.2", "highspy==1.16.0"),
}  # fmt: skip
PATIENCE_S = 60


@contextlib.contextmanager
def tipg(url: str) -> Iterator[str]:
    """Address of tipg under two uvicorn workers, its tiles as they come: at most 10,000 things, more than
    are there, and only those that touch the tile itself; ours tell of their buffer, too: 6 % more points.
    """
    parts = make_url(url)
    host = str(parts.query.get("host") or parts.host or "").replace("/", "%2F")
    port = free_port()
    environment = {
        "DATABASE_URL": f"postgresql://{parts.username}@{host}:{parts.port or 5432}/{parts.database}",
        "TIPG_DB_TABLES": '["public.peer_points", "public.peer_polygons"]',
        "TIPG_DB_SPATIAL_EXTENT": "false",
        "TIPG_DB_DATETIME_EXTENT": "false",
        "TIPG_MAX_FEATURES_PER_QUERY": "10000",
    }
    if parts.password:
        environment["PGPASSWORD"] = parts.password
    arguments = [
        "-m",
        "uvicorn",
        "tipg.main:app",
        "--workers",
        "2",
        "--port",
        str(port),
        "--log-level",
        "error",
    ]
    with _running("tipg", arguments, environment, f"http://127.0.0.1:{port}", "/collections") as address:
        yield address


@contextlib.contextmanager
def pygeoapi(url: str) -> Iterator[str]:
    """Address of pygeoapi under gunicorn, two workers with four threads each."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    folder = HOME / "pygeoapi-config"
    folder.mkdir(parents=True, exist_ok=True)
    config, document = folder / "config.yml", folder / "openapi.yml"
    config.write_text(json.dumps(_config(address, url)), encoding="utf-8")
    environment = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(document)}
    python = interpreter("pygeoapi")
    subprocess.run(
        [str(python.parent / "pygeoapi"), "openapi", "generate", str(config), "--output-file", str(document)],
        env={**os.environ, **environment}, check=True, capture_output=True,
    )  # fmt: skip
    arguments = [
        "-m", "gunicorn", "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--bind",
        f"127.0.0.1:{port}", "--log-level", "error", "pygeoapi.flask_app:APP",
    ]  # fmt: skip
    with _running("pygeoapi", arguments, environment, address, "/collections?f=json") as address:
        yield address


def _config(address: str, url: str) -> dict[str, object]:
    parts = make_url(url)
    data = {
        "host": str(parts.query.get("host") or parts.host or ""), "port": parts.port or 5432,
        "dbname": parts.database, "user": parts.username, "password": parts.password or "",
        "search_path": ["public"],
    }  # fmt: skip
    texts = {"title": "peer", "description": "peer", "keywords": ["peer"], "links": []}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": 5000}, "url": address, "mimetype": "application/json",
            "encoding": "utf-8", "languages": ["en-US"], "limits": {"default_items": 10, "max_items": 10000},
            "map": {"url": "none", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {**texts, "keywords_type": "theme", "terms_of_service": "none", "url": address},
            "license": {"name": "none", "url": address}, "provider": {"name": "bench", "url": address},
            "contact": {"name": "bench"},
        },
        "resources": {
            name: {
                "type": "collection", **texts, "extents": {"spatial": {"bbox": [-10, 28, -6, 32], "crs":
                "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}, "providers": [{
                    "type": "feature", "name": "PostgreSQL", "data": data, "id_field": "id", "table": name,
                    "geom_field": "geom", "storage_crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
                }],
            }
            for name in ("peer_points", "peer_polygons")
        },
    }  # fmt: skip


def interpreter(name: str) -> Path:
    """The interpreter of a peer's environment, made on first use with the versions of PACKAGES."""
    home = HOME / name
    done = home / "packages"
    if not done.exists() or done.read_text(encoding="utf-8") != "\n".join(PACKAGES[name]):
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        subprocess.run([str(home / "bin" / "pip"), "install", "-q", *PACKAGES[name]], check=True)
        done.write_text("\n".join(PACKAGES[name]), encoding="utf-8")
    return home / "bin" / "python"


@contextlib.contextmanager
def _running(
    name: str, arguments: list[str], environment: Mapping[str, str], address: str, path: str
) -> Iterator[str]:
    process = subprocess.Popen(
        [str(interpreter(name)), *arguments],
        # A query that its client has given up must not burn the processor under the next measurement.
        env={**os.environ, **environment, "PGOPTIONS": "-c statement_timeout=20000"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, cwd=HOME,
    )  # fmt: skip
    try:
        _wait(process, address + path)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _wait(process: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the peer stopped before it answered: {process.args!r}")
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=20) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the peer did not answer: {url}")
