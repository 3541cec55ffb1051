"""Slow phones: they dribble their request and read a few kilobytes a second. `python -m bench.phones HOST
PORT N S`.
"""

import asyncio
import contextlib
import sys

PATHS = ("/en/map", "/layers/monuments.geojson", "/layers/risk_zones.geojson", "/ar/monuments", "/fr/about")
BYTES_A_SECOND = 4096


async def _phone(host: str, port: int, number: int) -> None:
    while True:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection(host, port, limit=BYTES_A_SECOND)
            request = (
                f"GET {PATHS[number % len(PATHS)]} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            )
            for start in range(0, len(request), 10):
                writer.write(request[start : start + 10].encode())
                await writer.drain()
                await asyncio.sleep(0.1)
            while await reader.read(BYTES_A_SECOND // 4):
                await asyncio.sleep(0.25)
            writer.close()


async def _all(host: str, port: int, phones: int, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(_phone(host, port, number) for number in range(phones)))


if __name__ == "__main__":
    asyncio.run(_all(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
