"""Pages of lists, as an address asks for them."""

import pytest
from flask import Flask

from core import paging
from core.errors import NotFound

APP = Flask(__name__)


@pytest.mark.parametrize(
    ("typed", "page"), [("", 1), ("?page=1", 1), ("?page=07", 7), ("?page=10000", 10_000)]
)
def test_the_page_that_is_asked_for(typed: str, page: int) -> None:
    with APP.test_request_context(f"/{typed}"):
        assert paging.asked() == page


@pytest.mark.parametrize(
    "typed", ["", "0", "-1", "+1", "1.0", "x", "10001", "000001", "9" * 5000, "%D9%A1", "%00"]
)
def test_what_is_no_page_is_not_found(typed: str) -> None:
    with APP.test_request_context(f"/?page={typed}"), pytest.raises(NotFound):
        paging.asked()


def test_a_list_may_end_sooner() -> None:
    with APP.test_request_context("/?page=2001"):
        assert paging.asked() == 2001
        with pytest.raises(NotFound):
            paging.asked(furthest=2000)


def test_a_page_and_how_many_there_are() -> None:
    assert paging.of(1, 0, 50) == (1, 1)
    assert paging.of(1, 50, 50) == (1, 1)
    assert paging.of(2, 51, 50) == (2, 2)
    with pytest.raises(NotFound):
        paging.of(2, 50, 50)
