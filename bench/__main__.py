"""Measure everything and print the table; `make bench` also writes it to docs/benchmarks.md.

ONLY=start,weight,load runs some; then the document is not written.
"""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime

from bench import (
    desk,
    embeds,
    exposure,
    imports,
    load,
    offline,
    opendata,
    signs,
    start,
    streets,
    translations,
    weight,
    wifi_coverage,
    wifi_demand,
    wifi_drag,
    wifi_siting,
)
from core.settings import PROJECT

SUBJECTS = {
    "start": start.run,
    "weight": weight.run,
    "load": load.run,
    "signs": signs.run,
    "offline": offline.run,
    "opendata": opendata.run,
    "streets": streets.run,
    "translations": translations.run,
    "embeds": embeds.run,
    "desk": desk.run,
    "imports": imports.run,
    "wifi-coverage": wifi_coverage.run,
    "wifi-demand": wifi_demand.run,
    "wifi-siting": wifi_siting.run,
    "wifi-drag": wifi_drag.run,
    "exposure": exposure.run,
}
DOCUMENT = PROJECT / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Printed by `make bench` on {date}: {machine}.
Ours and the peer ran in the same run on the same machine, which also runs the load; ratios say more than
absolute numbers. Bars are those of the issue that asked for the figure.

"""


def machine() -> str:
    """What this ran on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next(
            (line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "processor"
        )
    postgres = subprocess.run(
        "ls /usr/lib/postgresql | sort -n | tail -1", shell=True, capture_output=True, text=True, check=True
    ).stdout.strip()
    return (
        f"{os.cpu_count()} × {model}, {platform.freedesktop_os_release().get('PRETTY_NAME', 'Linux')},"
        f" Python {platform.python_version()}, PostgreSQL {postgres}"
    )


def main() -> int:
    """Run the subjects; 1 if a bar was missed."""
    only = [name for name in os.environ.get("ONLY", "").split(",") if name]
    tables = []
    for name, run in SUBJECTS.items():
        if not only or name in only:
            sys.stdout.write(f"\n{name}\n")
            tables.append(run())
    body = "\n".join(table.markdown() for table in tables)
    text = HEAD.format(date=datetime.now(UTC).date().isoformat(), machine=machine()) + body
    sys.stdout.write("\n" + text)
    if not only:
        DOCUMENT.write_text(text, encoding="utf-8")
    return int(any(row.met is False for table in tables for row in table.rows))


if __name__ == "__main__":
    sys.exit(main())
