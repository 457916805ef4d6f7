#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Late rows in a late table: each once, with the windows it missed and the place it was read at, as a stream, as a batch,
and of jobs that are killed.

  late_rows.py TIDEMARK SCRATCH_FOLDER
"""
import collections
import datetime
import json
import os
import random
import shutil
import signal
import subprocess
import unittest

import scratch

KILLS = int(os.environ.get("KILLS", "6"))
ROWS = 60_000
SECOND = 1000
DELAY = 2 * SECOND

SCRIPT = """
SET 'execution.runtime-mode' = '{mode}';
SET 'tidemark.late-table' = 'late_rows';
CREATE TABLE events (k BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{folder}/events.json', 'format' = 'json');
CREATE TABLE counts (window_start TIMESTAMP(3), k BIGINT, n BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{folder}/counts', 'format' = 'json');
CREATE TABLE late_rows (source_position BIGINT, source_split STRING, source_table STRING, row_json STRING,
  late_watermark TIMESTAMP(3), window_start TIMESTAMP(3), window_end TIMESTAMP(3), reason STRING)
WITH ({late});
{insert}
"""
AGGREGATE = """INSERT INTO counts SELECT window_start, k, COUNT(*)
  FROM TABLE(HOP(TABLE events, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '2' SECOND))
  GROUP BY window_start, window_end, k;"""
JOIN = """INSERT INTO counts SELECT a.window_start, a.k, b.n
  FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' SECOND)) a
  JOIN (SELECT k, window_start, window_end, 1 AS n FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' SECOND)))
    b ON a.k = b.k AND a.window_start = b.window_start AND a.window_end = b.window_end;"""


def milliseconds(text):
    return round(datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc).timestamp() * 1000)


class LateRows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch.SCRATCH
        scratch.write_events(cls.folder / "events.json", ROWS)
        cls.events = [json.loads(line) for line in (cls.folder / "events.json").read_text(encoding="utf-8").splitlines()]

    def setUp(self):
        for name in ("counts", "late", "state"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    @classmethod
    def missed(cls, slide, size):
        """(row, window start, window end) by the rows before each row, and the watermark before it."""
        missed = {}
        watermark = None
        for number, event in enumerate(cls.events, 1):
            time = milliseconds(event["ts"])
            end = time - time % slide + slide
            while watermark is not None and end <= time - time % slide + size and end - 1 <= watermark:
                missed[number, end - size, end] = watermark
                end += slide
            watermark = max(watermark or time - DELAY, time - DELAY)
        return missed

    def write_script(self, mode="streaming", insert=AGGREGATE, late=None):
        late = late or f"'connector' = 'filesystem', 'path' = '{self.folder}/late', 'format' = 'json'"
        (self.folder / "job.sql").write_text(SCRIPT.format(folder=self.folder, mode=mode, insert=insert, late=late),
                                             encoding="utf-8")

    def start(self, *arguments):
        return subprocess.Popen([scratch.TIDEMARK, "run", str(self.folder / "job.sql"), *arguments],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                preexec_fn=scratch.heed_signals)

    def run_to_the_end(self, *arguments):
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 0, errors)
        return output

    def check(self, missed, times=1):
        found = collections.Counter()
        for file in (self.folder / "late").glob("part-*"):
            for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
                place = row["source_position"], milliseconds(row["window_start"]), milliseconds(row["window_end"])
                found[place] += 1
                self.assertEqual((row["source_table"], row["source_split"]),
                                 ("events", str(self.folder / "events.json")))
                event = self.events[place[0] - 1]
                self.assertEqual(json.loads(row["row_json"])["k"], event["k"])
                self.assertGreaterEqual(milliseconds(row["late_watermark"]), missed.get(place, 0))
        self.assertEqual(found, collections.Counter(dict.fromkeys(missed, times)))

    def test_as_stream_and_as_batch(self):
        missed = self.missed(SECOND, 2 * SECOND)
        self.assertGreater(len(missed), ROWS / 10)
        for mode in ("streaming", "batch"):
            for workers in ("1", "3"):
                self.setUp()
                self.write_script(mode)
                self.run_to_the_end("-p", workers)
                self.check(missed)

    def test_of_both_sides_of_a_join(self):
        self.write_script(insert=JOIN)
        self.run_to_the_end("-p", "2")
        self.check(self.missed(SECOND, SECOND), times=2)

    def test_shown_by_print(self):
        self.write_script(late="'connector' = 'print'")
        lines = [line for line in self.run_to_the_end("-p", "1").splitlines() if line.startswith("+I[")]
        self.assertEqual(len(lines), len(self.missed(SECOND, 2 * SECOND)))
        self.assertIn("events.json, events, {", lines[0])

    def test_of_a_job_that_is_killed(self):
        missed = self.missed(SECOND, 2 * SECOND)
        self.write_script()
        draw = random.Random(3)
        kills = 0
        while kills < KILLS:
            self.setUp()
            while True:
                process = self.start("--state", str(self.folder / "state"), "-p", draw.choice("1234"), "--set",
                                     "execution.checkpointing.interval=20 ms")
                try:
                    errors = process.communicate(timeout=draw.uniform(0.02, 0.3))[1]
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGKILL)
                    process.communicate(timeout=100)
                    kills += 1
                    continue
                self.assertEqual(process.returncode, 0, errors)
                break
            self.check(missed)


if __name__ == "__main__":
    scratch.main()
