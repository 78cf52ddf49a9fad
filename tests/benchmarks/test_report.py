"""The benchmarks' own promise: a machine can read what they print."""

import asyncio
import json
import math
import sys

FIGURE = {"name", "what", "value", "unit", "floor", "ratio", "goal", "met", "samples", "details"}


async def test_one_quick_benchmark_prints_the_documented_json():
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks", "claim", "--quick", "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, progress = await process.communicate()
    assert process.returncode == 0, progress.decode()
    report = json.loads(printed)
    assert set(report) == {"format", "at", "quick", "machine", "figures", "skipped"}
    assert report["format"] == 1
    assert report["quick"] is True
    assert report["skipped"] == []
    assert set(report["machine"]) == {"system", "processors", "python", "load"}
    assert [figure["name"] for figure in report["figures"]] == ["claim-p50", "claim-p99"]
    for figure in report["figures"]:
        assert set(figure) == FIGURE
        assert set(figure["floor"]) == {"what", "value", "unit"}
        assert figure["unit"] == figure["floor"]["unit"] == "ms"
        assert figure["value"] > 0
        ratio = figure["value"] / figure["floor"]["value"]
        assert math.isclose(figure["ratio"], ratio, abs_tol=0.001)
        assert figure["samples"] > 0
    median, tail = report["figures"]
    assert median["goal"] is None
    assert median["met"] is None
    assert tail["goal"] == {"of": "value", "at_most": 50.0}
    assert tail["met"] is (tail["value"] <= 50.0)
