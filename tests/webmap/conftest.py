"""The site as a process of its own: GDAL holds Python's lock while it reads and would wait for itself."""

from collections.abc import Iterator

import pytest

from bench.harness import server
from core.db import Engine


@pytest.fixture(scope="session")
def live(town_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the shipped commune's site under the real server."""
    files = tmp_path_factory.mktemp("files")
    url = town_engine.url.render_as_string(hide_password=False)
    with server(url, WORKER="0", FILES_DIR=str(files)) as address:
        yield address
