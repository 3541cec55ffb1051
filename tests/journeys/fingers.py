"""A finger on the screen, as the browser's own touch events."""

from playwright.sync_api import Locator, Page

STEPS = 10


def drag(page: Page, what: Locator, by: tuple[float, float], aside: tuple[float, float] = (0, 0)) -> None:
    """Put a finger on the middle of something, or so far `aside` of it, move it and lift it; CSS pixels."""
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2 + aside[0], box["y"] + box["height"] / 2 + aside[1]
    devtools = page.context.new_cdp_session(page)
    devtools.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, STEPS + 1):
        there = {"x": x + by[0] * step / STEPS, "y": y + by[1] * step / STEPS}
        devtools.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [there]})
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
