#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The example on a year of flights against an answer computed here in plain Python: as a stream and as a batch, with 1, 2
and 4 workers, the same rows to the last one. Reads the results with pyarrow, so the Parquet files are checked by another
reader too.

  flights_agree.py TIDEMARK SCRATCH_FOLDER
"""
import collections
import csv
import datetime
import json
import pathlib
import shutil
import subprocess
import sys

import pyarrow.parquet as parquet

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "flights"
MODES = ("streaming", "batch")
WORKERS = (1, 2, 4)


def hour_of(text):
    return datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(minute=0, second=0)


def expected_rows(folder):
    """What flights.sql asks for. The events are in order of time, so none of them is late."""
    groups = collections.defaultdict(lambda: [0, 0, 0, None, None])
    with open(folder / "flights.json", encoding="utf-8") as events:
        for line in events:
            event = json.loads(line)
            key = (hour_of(event["happened"]), event["origin"], event["carrier"], event["tailnum"])
            group, delay = groups[key], event["dep_delay"]
            group[0] += 1
            group[1] += event["cancelled"]
            if delay is not None:
                group[2] += delay >= 15
                group[3] = delay if group[3] is None else group[3] + delay
                group[4] = delay if group[4] is None else max(group[4], delay)
    with open(folder / "planes.csv", encoding="utf-8", newline="") as lines:
        planes = {plane["tailnum"]: (plane["manufacturer"], int(plane["seats"])) for plane in csv.DictReader(lines)}
    return collections.Counter(
        (hour, carrier, tailnum, *planes[tailnum], *values, origin)
        for (hour, origin, carrier, tailnum), values in groups.items()
        if tailnum in planes
    )


def rows_of(folder):
    rows = collections.Counter()
    for partition in folder.iterdir():
        if partition.name.startswith((".", "_")):
            continue
        origin = partition.name.removeprefix("origin=")
        for file in partition.glob("part-*"):
            columns = parquet.ParquetFile(file).read().to_pydict()
            rows.update((*row, origin) for row in zip(*columns.values()))
    return rows


def run(tidemark, folder, mode, workers):
    script = (EXAMPLE / "flights.sql").read_text(encoding="utf-8").replace("build/demo", str(folder))
    shutil.rmtree(folder / "delays", ignore_errors=True)
    settings = ["--parallelism", str(workers), "--set", f"execution.runtime-mode={mode}"]
    subprocess.run([tidemark, "run", "-", "--quiet", *settings], input=script.encode(), check=True, timeout=120)
    return rows_of(folder / "delays")


def main():
    tidemark, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, EXAMPLE / "prepare.py", folder], check=True, stdout=subprocess.DEVNULL)
    expected = expected_rows(folder)
    failed = 0
    for mode in MODES:
        for workers in WORKERS:
            got = run(tidemark, folder, mode, workers)
            missing, surplus = expected - got, got - expected
            if missing or surplus:
                failed += 1
                print(f"{mode}, {workers} workers: {missing.total()} rows missing, {surplus.total()} too many")
                for title, rows in (("missing", missing), ("too many", surplus)):
                    for row in list(rows)[:3]:
                        print(f"  {title}: {row}")
    if not expected:
        failed += 1
        print("no rows are expected: the input is empty")
    print(f"{expected.total()} rows; {len(MODES) * len(WORKERS) - failed} passed, {failed} failed")
    shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
