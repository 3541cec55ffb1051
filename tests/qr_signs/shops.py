"""Orders for tests: placed by a made-up person, looked at by number."""

from typing import Any

from core.db import session_of
from qr_signs.builds import orders
from qr_signs.builds.orders import Options
from qr_signs.builds.running import Shop
from qr_signs.models import SignBuildItem

CODES = ("2W3Z5Z1", "3D3T3DP", "TT615FE")


def place(shop: Shop, *codes: str, **options: Any) -> int:
    with session_of(shop.engine) as session:
        build = orders.place(session, codes or CODES, Options(**{"size": "A6", **options}), by="A. Person")
        session.commit()
        return int(build.id)


def items(shop: Shop, build_id: int) -> list[SignBuildItem]:
    with session_of(shop.engine) as session:
        return list(orders.items(session, build_id, limit=99))


def state(shop: Shop, build_id: int) -> str:
    with session_of(shop.engine) as session:
        return orders.find(session, build_id).state
