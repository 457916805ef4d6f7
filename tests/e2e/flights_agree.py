#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The example on a year of flights against an answer computed in plain Python: as a stream and as a batch, with 1, 2
and 4 workers, the same rows to the last one. Reads the results with pyarrow, so the Parquet files are checked by another
reader too.

  flights_agree.py TIDEMARK SCRATCH_FOLDER
"""
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "flights"
sys.path.insert(0, str(EXAMPLE))
from expected import expected_rows, rows_of

MODES = ("streaming", "batch")
WORKERS = (1, 2, 4)


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
