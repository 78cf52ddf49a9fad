"""`python -m benchmarks [NAME] [--quick] [--json]`: take the figures and print them."""

import argparse
import sys
from collections.abc import Awaitable, Callable

import uvloop

from benchmarks import (
    board_in_browser,
    busy_board,
    carrier_day,
    carrier_media,
    claim,
    fan_out,
    figures,
    idle_board,
    start_times,
    voice_webhook,
    wallboards,
)
from benchmarks.posting import Refused
from benchmarks.report import Figure, Report, Skipped, as_json, as_text, report_of, say
from benchmarks.report import this_machine as look_at_machine
from benchmarks.stage import Stage, stage

Measure = Callable[[Stage], Awaitable[list[Figure] | list[Figure | Skipped]]]

BENCHMARKS: dict[str, Measure] = {
    each.NAME: each.measure
    for each in (
        voice_webhook,
        claim,
        fan_out,
        idle_board,
        board_in_browser,
        busy_board,
        carrier_media,
        carrier_day,
        figures,
        wallboards,
        start_times,
    )
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted(BENCHMARKS), help="take only this one")
    parser.add_argument("--quick", action="store_true", help="fewer samples: rough, but soon")
    parser.add_argument("--json", action="store_true", help="print JSON (see benchmarks/README.md)")
    wished = parser.parse_args()
    chosen = [wished.name] if wished.name else list(BENCHMARKS)
    report, failed = uvloop.run(_run(chosen, quick=wished.quick))
    print(as_json(report) if wished.json else as_text(report))
    return 1 if failed else 0


async def _run(names: list[str], *, quick: bool) -> tuple[Report, bool]:
    """The report, and whether a benchmark broke; the others are taken all the same."""
    failed = False
    machine = look_at_machine()
    results: list[Figure | Skipped] = []
    async with stage(quick=quick) as prepared:
        for name in names:
            say(f"{name} ...")
            try:
                results += await BENCHMARKS[name](prepared)
            except (OSError, RuntimeError, AssertionError, Refused, ExceptionGroup) as problem:
                results.append(Skipped(name, f"it failed: {problem!r}"))
                failed = True
    return report_of(results, quick=quick, machine=machine), failed


if __name__ == "__main__":
    sys.exit(main())
