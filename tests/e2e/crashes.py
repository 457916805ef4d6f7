#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Jobs with checkpoints that are killed: what they have written in the end is what an undisturbed run writes, no row
missing, none twice, and nothing else is left in the folder.

  crashes.py TIDEMARK SCRATCH_FOLDER
"""
import collections
import os
import random
import shutil
import signal
import subprocess
import unittest

import scratch

KILLS = int(os.environ.get("KILLS", "10"))
ROWS = 300_000

SCRIPT = """
CREATE TABLE events (k BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{folder}/events.json', 'format' = 'json');
CREATE TABLE counts (k BIGINT, window_start TIMESTAMP(3), n BIGINT, total BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{folder}/counts', 'format' = 'json');
CREATE TABLE extremes (k BIGINT, v BIGINT, ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '{folder}/extremes', 'format' = 'json');
EXECUTE STATEMENT SET BEGIN
INSERT INTO counts SELECT k, window_start, COUNT(*), SUM(v)
  FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY k, window_start, window_end;
INSERT INTO extremes SELECT k, v, ts FROM events WHERE v >= 90;
END;
"""


class Crashes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch.SCRATCH
        cls.script = cls.folder / "job.sql"
        cls.script.write_text(SCRIPT.format(folder=cls.folder), encoding="utf-8")
        scratch.write_events(cls.folder / "events.json", ROWS)
        subprocess.run([scratch.TIDEMARK, "run", str(cls.script)], check=True, timeout=100)
        cls.expected = cls.rows()

    @classmethod
    def rows(cls):
        """Visible lines of both tables, with how often they are there."""
        lines = collections.Counter()
        for table in ("counts", "extremes"):
            for file in (cls.folder / table).glob("part-*"):
                lines.update((table, line) for line in file.read_text(encoding="utf-8").splitlines())
        return lines

    def clear(self):
        for name in ("counts", "extremes", "state"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def start(self, workers, *arguments):
        return subprocess.Popen(
            [scratch.TIDEMARK, "run", str(self.script), "--state", str(self.folder / "state"), "-p", str(workers),
             "--set", "execution.checkpointing.interval=20 ms", *arguments],
            stderr=subprocess.PIPE, text=True, preexec_fn=scratch.heed_signals)

    def until_killed(self, process, seconds, how):
        """True when it was killed before it had ended by itself."""
        try:
            errors = process.communicate(timeout=seconds)[1]
        except subprocess.TimeoutExpired:
            process.send_signal(how)
            errors = process.communicate(timeout=100)[1]
            if how == signal.SIGKILL:
                return True
        if process.returncode == -how:
            return True  # before it could heed the signal
        self.assertIn(process.returncode, (0, 1), errors)
        stopped = "again to go on" in errors or "stopped before anything was begun" in errors
        return process.returncode == 1 and stopped

    def check(self):
        self.check_rows()
        subprocess.run([scratch.TIDEMARK, "checkpoints", "--verify", str(self.folder / "state")], check=True, timeout=100,
                       stdout=subprocess.DEVNULL)

    def check_rows(self):
        found = self.rows()
        self.assertEqual(found - self.expected, collections.Counter())
        self.assertEqual(self.expected - found, collections.Counter())
        for table in ("counts", "extremes"):
            hidden = [name for name in os.listdir(self.folder / table) if name.startswith(".")]
            self.assertEqual(hidden, [])

    def disturb(self, seed, how):
        draw = random.Random(seed)
        kills = 0
        while kills < KILLS:
            self.clear()
            while self.until_killed(self.start(draw.choice([1, 2, 3, 4])), draw.uniform(0.02, 0.4), how):
                kills += 1
            self.check()

    def test_killed_at_any_moment(self):
        self.disturb(1, signal.SIGKILL)

    def test_stopped_at_any_moment(self):
        self.disturb(2, signal.SIGINT)

    def test_another_query_is_refused(self):
        self.clear()
        subprocess.run([scratch.TIDEMARK, "run", str(self.script), "--state", str(self.folder / "state")], check=True,
                       timeout=100, stderr=subprocess.DEVNULL)
        other = self.folder / "other.sql"
        other.write_text(self.script.read_text(encoding="utf-8").replace("SUM(v)", "MAX(v)"), encoding="utf-8")
        ran = subprocess.run([scratch.TIDEMARK, "run", str(other), "--state", str(self.folder / "state")], timeout=100,
                             stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(ran.returncode, 1, ran.stderr)
        self.assertIn("does not fit this query", ran.stderr)
        self.assertIn("computes another thing: Sink(counts)", ran.stderr)
        self.assertIn("fits:                  Sink(extremes)", ran.stderr)

    def test_a_job_that_would_give_results_again_is_refused(self):
        self.clear()
        command = [scratch.TIDEMARK, "run", "--state", str(self.folder / "state")]
        subprocess.run([*command, str(self.script)], check=True, timeout=100, stderr=subprocess.DEVNULL)
        before = sorted(str(path) for path in self.folder.rglob("part-*"))
        other = self.folder / "other.sql"
        other.write_text(self.script.read_text(encoding="utf-8").replace("extremes", "outliers"), encoding="utf-8")
        ran = subprocess.run([*command, str(other)], timeout=100, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(ran.returncode, 1, ran.stderr)
        self.assertIn("counts+extremes' has that of another one which writes into table counts too", ran.stderr)
        self.assertEqual(sorted(str(path) for path in self.folder.rglob("part-*")), before)

    def checkpoints(self):
        """Folders of the complete ones by number."""
        return {int(path.parent.name.split("-")[1]): path.parent
                for path in (self.folder / "state").glob("*/chk-*/manifest.json")}

    def stopped_with_checkpoints(self):
        """A job that was stopped before its end and left several checkpoints."""
        self.clear()
        # Slowly enough that there are some before it ends.
        process = self.start(2, "--set", "execution.checkpointing.num-retained=3", "--set", "tidemark.batch-size=16")
        scratch.wait_until(lambda: len(self.checkpoints()) >= 2 or process.poll() is not None, what="two checkpoints")
        self.assertTrue(self.until_killed(process, 0, signal.SIGINT), "it had ended before")
        self.assertGreaterEqual(len(self.checkpoints()), 2)
        return self.checkpoints()

    def test_a_job_that_was_set_back_goes_on_from_its_own_checkpoints(self):
        before = self.stopped_with_checkpoints()
        oldest = min(before)
        # What came behind the oldest is given again.
        for table in ("counts", "extremes"):
            for file in (self.folder / table).glob("part-*"):
                if int(file.name.split("-")[2]) > oldest:
                    file.unlink()
        self.until_killed(self.start(3, "--from-savepoint", str(before[oldest])), 0.3, signal.SIGINT)
        self.assertGreater(min(self.checkpoints()), max(before))
        while self.until_killed(self.start(1), 60, signal.SIGINT):
            pass
        self.check()

    def test_a_lost_checkpoint_whose_results_are_there_is_an_error(self):
        before = self.stopped_with_checkpoints()
        shutil.rmtree(before[max(before)])
        process = self.start(2)
        errors = process.communicate(timeout=100)[1]
        self.assertEqual(process.returncode, 1, errors)
        self.assertIn("a later one was lost", errors)

    def test_state_that_is_gone_is_said(self):
        self.stopped_with_checkpoints()
        said = f"/part-{(self.folder / 'state' / 'counts+extremes' / 'job-id').read_text(encoding='utf-8')}-"
        self.assertNotIn("the same query", self.start(2).communicate(timeout=100)[1])
        shutil.rmtree(self.folder / "state")
        process = self.start(2)
        errors = process.communicate(timeout=100)[1]
        self.assertEqual(process.returncode, 0, errors)
        # In both tables, by one of their workers.
        self.assertEqual(errors.count("is of an earlier job with the same query"), 2, errors)
        self.assertEqual(errors.count(said), 2, errors)

    def test_a_damaged_checkpoint_is_found(self):
        self.clear()
        process = self.start(2)
        self.until_killed(process, 0.3, signal.SIGINT)
        files = list((self.folder / "state").rglob("worker-0.state"))
        self.assertTrue(files)
        content = bytearray(files[0].read_bytes())
        content[len(content) // 2] ^= 1
        files[0].write_bytes(content)
        for folder in (self.folder / "state", files[0].parent.parent, files[0].parent):
            ran = self.verify(folder)
            self.assertEqual(ran.returncode, 1)
            self.assertIn("DAMAGED", ran.stdout)

    def test_a_damaged_checkpoint_says_how_to_go_on(self):
        before = self.stopped_with_checkpoints()
        newest = before[max(before)]
        for path, damage in ((newest / "worker-0.state", lambda content: content[:-1]),
                             (newest / "worker-1.state", lambda content: b"x" * len(content)),
                             (newest / "manifest.json", lambda content: content.replace(b'"rows"', b'"rowz"'))):
            whole = path.read_bytes()
            path.write_bytes(damage(whole))
            process = self.start(2)
            errors = process.communicate(timeout=100)[1]
            self.assertEqual(process.returncode, 1, errors)
            self.assertIn(str(path), errors)
            option = next(line.split() for line in errors.splitlines() if "--from-savepoint" in line)
            self.assertEqual(option[0], "--from-savepoint", errors)
            self.assertLess(int(option[1].split("-")[-1]), max(before))
            self.assertEqual(len(self.checkpoints()), len(before), "a checkpoint was removed")
            if path.name != "manifest.json":
                path.write_bytes(whole)
        # What it says is what helps, and afterwards the damaged one is in nobody's way.
        given_again = int(option[1].split("-")[-1])
        for table in ("counts", "extremes"):
            for file in (self.folder / table).glob("part-*"):
                if int(file.name.split("-")[2]) > given_again:
                    file.unlink()
        process = self.start(2, "--set", "execution.checkpointing.num-retained=9", *option)
        scratch.until(self, process, lambda: max(self.checkpoints()) > max(before), 60)
        self.until_killed(process, 0, signal.SIGINT)
        while self.until_killed(self.start(2), 60, signal.SIGINT):
            pass
        self.check_rows()  # the damaged one may still be there

    def test_without_a_whole_checkpoint_it_says_so(self):
        for folder in self.stopped_with_checkpoints().values():
            (folder / "worker-0.state").unlink()
        process = self.start(2)
        errors = process.communicate(timeout=100)[1]
        self.assertEqual(process.returncode, 1, errors)
        self.assertIn("worker-0.state' is gone", errors)
        self.assertIn("None of the others", errors)

    def verify(self, folder):
        return subprocess.run([scratch.TIDEMARK, "checkpoints", "--verify", str(folder)], timeout=100, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)

    def test_a_folder_without_checkpoints_is_not_whole(self):
        ran = self.verify(self.folder / "counts")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("there is no checkpoint in", ran.stderr)


if __name__ == "__main__":
    scratch.main()
