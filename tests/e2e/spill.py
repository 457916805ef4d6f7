#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Jobs whose state is larger than their memory: right, within their limit, and clean, also when the disk is full or they
are killed.

  spill.py TIDEMARK SCRATCH_FOLDER
"""
import os
import resource
import signal
import subprocess
import time
import unittest

import scratch

EVENTS = 1_500_000
KEYS = 500_000

SETTINGS = """
SET 'parallelism.default' = '{workers}';
SET 'tidemark.memory' = '{memory}';
SET 'tidemark.spill.folder' = '{folder}';
SET 'execution.runtime-mode' = '{mode}';
CREATE TABLE events (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100000000',
  'number-of-rows' = '{events}', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '{events}');
"""
GROUPS = """
SELECT COUNT(*) AS n, MIN(c) AS least, MAX(c) AS most, SUM(s) AS total FROM
  (SELECT k, COUNT(*) AS c, SUM(id) AS s FROM (SELECT MOD(id * 7919, {keys}) AS k, id FROM events) GROUP BY k);
"""
# Every number meets itself among the same numbers in another order.
JOIN = """
SELECT COUNT(*) AS n, SUM(l.id) AS total FROM events AS l
  JOIN (SELECT MOD(id * 7919, {events}) + 1 AS k, id FROM events) AS r ON l.id = r.k;
"""
LAST_ROWS = """
SELECT COUNT(*) AS n, SUM(id) AS total FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY k ORDER BY id DESC) AS place
  FROM (SELECT MOD(id * 7919, {keys}) AS k, id FROM events)) WHERE place = 1;
"""


def limit_file_size():
    """A disk that is full: no file may grow beyond 100 kB."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


class Spill(unittest.TestCase):
    def setUp(self):
        self.folder = scratch.SCRATCH / self._testMethodName
        self.folder.mkdir(parents=True)

    def script(self, query=GROUPS, workers=1, memory="24 mb", mode="streaming", events=EVENTS):
        return (SETTINGS + query).format(workers=workers, memory=memory, folder=self.folder, mode=mode, events=events,
                                         keys=KEYS)

    def expect(self, numbers, **job):
        result = self.run_job(self.script(**job))
        self.assertEqual(result.returncode, 0, result.stderr)
        row = [line for line in result.stdout.splitlines() if line.startswith("|")][-1]
        self.assertEqual([int(word) for word in row.replace("|", " ").split()], numbers)
        self.assertEqual(os.listdir(self.folder), [])

    def run_job(self, script, **more):
        return subprocess.run([scratch.TIDEMARK, "run", "-"], input=script, capture_output=True, text=True, timeout=250,
                              check=False, **more)

    def test_the_same_rows_with_a_tenth_of_the_memory(self):
        # Each key has three rows.
        expected = [KEYS, 3, 3, EVENTS * (EVENTS + 1) // 2]
        self.expect(expected)
        self.expect(expected, mode="batch", workers=2)

    def test_joins(self):
        events = 300_000
        expected = [events, events * (events + 1) // 2]
        self.expect(expected, query=JOIN, events=events)
        self.expect(expected, query=JOIN, events=events, workers=2, mode="batch")

    def test_the_last_row_of_each_key(self):
        # Those of the last third of the numbers.
        expected = [KEYS, sum(range(EVENTS - KEYS + 1, EVENTS + 1))]
        self.expect(expected, query=LAST_ROWS)
        self.expect(expected, query=LAST_ROWS, workers=2, mode="batch")

    def test_a_full_disk_fails_the_job_with_operator_folder_and_advice(self):
        result = self.run_job(self.script(), preexec_fn=limit_file_size)
        self.assertEqual(result.returncode, 1, result.stderr)
        for text in ("GroupAggregate", str(self.folder), "tidemark.spill.folder", "tidemark.memory"):
            self.assertIn(text, result.stderr)
        self.assertEqual(os.listdir(self.folder), [])

    def test_what_a_killed_job_left_is_removed_by_the_next(self):
        job = subprocess.Popen([scratch.TIDEMARK, "run", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, text=True)
        job.stdin.write(self.script(events=100_000_000))
        job.stdin.close()
        deadline = time.monotonic() + 100
        while not os.listdir(self.folder) and job.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        job.kill()
        job.wait()
        self.assertEqual(len(os.listdir(self.folder)), 1)
        result = self.run_job(self.script(events=1000))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(os.listdir(self.folder), [])


if __name__ == "__main__":
    scratch.main()
