#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Jobs go on from checkpoints that earlier versions of the program wrote, with any number of workers.

  old_checkpoints.py TIDEMARK SCRATCH_FOLDER
  TIDEMARK_REWRITE=version-3 old_checkpoints.py TIDEMARK SCRATCH_FOLDER    writes a checkpoint for tests/state/jobs/version-3,
                                                                           where job.sql must be
Checkpoints of earlier versions are kept for good. Where one cannot be read any more, say so in docs/state-format.md.
"""
import collections
import json
import os
import pathlib
import shutil
import signal
import subprocess
import unittest

import scratch

JOBS = pathlib.Path(__file__).resolve().parent.parent / "state" / "jobs"


def changes(line):
    """Rows that a line of an output file adds (1) or takes away (-1)."""
    record = json.loads(line)
    if "op" not in record:
        return [(record, 1)]
    return [(record[side], sign) for side, sign in (("before", -1), ("after", 1)) if record[side] is not None]


def tables(out):
    """How often each row is in each table: {table: {row: count}}."""
    found = {}
    for folder in sorted(out.iterdir()):
        rows = collections.Counter()
        for file in folder.iterdir():
            if file.is_file() and file.name[0] not in "._":
                for line in file.read_text(encoding="utf-8").splitlines():
                    for row, sign in changes(line):
                        rows[json.dumps(row, sort_keys=True)] += sign
        found[folder.name] = {row: count for row, count in rows.items() if count != 0}
    return found


def run(folder, arguments, stop_after=None):
    """Runs job.sql of a folder there; it must end by itself, or be stopped in the middle."""
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen([scratch.TIDEMARK, "run", *arguments], cwd=folder, stderr=subprocess.PIPE, text=True,
                               preexec_fn=scratch.heed_signals)
    try:
        said = process.communicate(timeout=stop_after or 60)[1]
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    return process.returncode, said


def write(version):
    """Stops the job between two checkpoints, and keeps the last one and what it builds on."""
    folder = scratch.SCRATCH / "written"
    code, said = run(folder, [JOBS / version / "job.sql", "--state", "state"], stop_after=1.8)
    assert code == 1, said
    job = next(path.parent for path in folder.glob("state/*/job-id"))
    newest = max(job.glob("chk-*"), key=lambda path: int(path.name[4:]))
    bases = json.loads((newest / "manifest.json").read_text(encoding="utf-8"))["bases"]
    assert bases, "it builds on none: try again"
    for name in [newest.name, *(f"chk-{number}" for number in bases)]:
        shutil.copytree(job / name, JOBS / version / name)
    shutil.copytree(folder / "out", JOBS / version / "out")


class OldCheckpoints(unittest.TestCase):
    def test_a_job_goes_on_from_each(self):
        for job in sorted(JOBS.iterdir()):
            undisturbed = scratch.SCRATCH / job.name / "undisturbed"
            code, said = run(undisturbed, [job / "job.sql"])
            self.assertEqual(code, 0, said)
            expected = tables(undisturbed / "out")
            newest = max(job.glob("chk-*"), key=lambda path: int(path.name[4:]))
            for workers in (2, 3, 1):
                with self.subTest(job=job.name, workers=workers):
                    folder = scratch.SCRATCH / job.name / str(workers)
                    shutil.copytree(job / "out", folder / "out")
                    code, said = run(folder, [job / "job.sql", "--state", "state", "--from-savepoint", newest,
                                              "--parallelism", str(workers)])
                    self.assertEqual(code, 0, said)
                    after = tables(folder / "out")
                    self.assertEqual(sorted(after), sorted(expected))
                    for table, rows in expected.items():
                        self.assertEqual(after[table], rows, table)
                        self.assertGreater(len(rows), 0, table)


if __name__ == "__main__":
    if "TIDEMARK_REWRITE" in os.environ:
        OldCheckpoints.setUpClass = classmethod(lambda cls: write(os.environ["TIDEMARK_REWRITE"]))
    scratch.main()
