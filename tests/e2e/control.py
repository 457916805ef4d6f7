#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A running job asked and told from outside: one run at a time, savepoints, what holds it back, what it remembers.

  control.py TIDEMARK SCRATCH_FOLDER
"""
import collections
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import unittest

import scratch

ROWS = 20_000
LIMIT_SECONDS = 60


def tidemark(*arguments):
    return subprocess.run([scratch.TIDEMARK, *map(str, arguments)], timeout=LIMIT_SECONDS, capture_output=True, text=True,
                          check=False)


class Control(unittest.TestCase):
    def setUp(self):
        self.folder = scratch.SCRATCH / self.id().rsplit(".", maxsplit=1)[-1]
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "events").mkdir(parents=True)
        self.state = self.folder / "state"
        self.script = self.folder / "job.sql"
        self.script.write_text(scratch.COUNTS_SCRIPT.format(folder=self.folder, monitor=scratch.MONITOR), encoding="utf-8")
        scratch.write_events(self.folder / "all.json", ROWS)
        self.lines = (self.folder / "all.json").read_text(encoding="utf-8").splitlines(keepends=True)

    def give(self, name, lines):
        scratch.give(self.folder / "events" / name, lines)

    def start(self, *arguments, state=None, script=None):
        process = scratch.started(
            self, [str(script or self.script), "--state", str(state or self.state), "--set",
                   "execution.checkpointing.interval=50 ms", *arguments], 2 * LIMIT_SECONDS)
        self.until(lambda: process.poll() is not None or self.ask("state", state or self.state) is not None, process)
        return process

    def until(self, condition, process=None):
        """Waits for what has no other sign."""
        scratch.until(self, process, condition, LIMIT_SECONDS)

    def ask(self, command, folder=None):
        """None: no job answers."""
        asked = tidemark(command, folder or self.state, "--format", "json")
        return json.loads(asked.stdout) if asked.returncode == 0 else None

    def savepoint(self, *arguments):
        asked = tidemark("savepoint", self.state, *arguments)
        self.assertEqual(asked.returncode, 0, asked.stderr)
        return pathlib.Path(asked.stdout.strip())

    def stop(self, process):
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=LIMIT_SECONDS)[1]
        self.assertEqual(process.returncode, 0, errors)
        return errors

    def found(self):
        return scratch.visible_lines(self.folder / "counts")

    def expected(self):
        windows = {}
        for line in self.lines:
            row = json.loads(line)
            count = windows.setdefault((row["k"], row["ts"][:16] + ":00"), [0, 0])
            count[0] += 1
            count[1] += row["v"]
        return collections.Counter((k, start, n, total) for (k, start), (n, total) in windows.items())

    def check_counts(self):
        rows = collections.Counter()
        for line, times in self.found().items():
            row = json.loads(line)
            rows[row["k"], row["window_start"][:19], row["n"], row["total"]] += times
        self.assertEqual(rows - self.expected(), collections.Counter())
        self.assertEqual(self.expected() - rows, collections.Counter())

    def test_one_run_at_a_time(self):
        first = self.start()
        second = tidemark("run", self.script, "--state", self.state)
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"is being run already, by process {first.pid} (tidemark run {self.script}", second.stderr)
        elsewhere = self.start(state=self.folder / "other")
        self.stop(elsewhere)
        first.kill()
        first.communicate()
        self.stop(self.start())

    def test_savepoints_of_a_job_that_goes_on(self):
        self.give("a.json", self.lines[:ROWS // 3])
        process = self.start("-p", "2")
        self.until(self.found, process)
        kept = self.savepoint()
        self.assertEqual(kept.parent, self.state / scratch.COUNTS_JOB)
        copied = self.savepoint(self.folder / "copies")
        self.assertEqual(copied.parent, self.folder / "copies")
        again = tidemark("savepoint", self.state, self.folder / "copies" / "deeper")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.give("b.json", self.lines[ROWS // 3:])
        self.give("c.json", [scratch.LAST_ROW])
        self.until(lambda: sum(self.found().values()) == sum(self.expected().values()), process)
        self.stop(process)
        self.check_counts()
        # Checkpoints have been removed since, savepoints not.
        listed = tidemark("checkpoints", "--verify", self.state)
        self.assertEqual(listed.returncode, 0, listed.stdout)
        self.assertRegex(listed.stdout, rf"(?m)^savepoint .* {re.escape(str(kept))}  whole$")
        numbers = [int(number) for number in re.findall(r"(?m)^checkpoint +(\d+)", listed.stdout)]
        self.assertLess(len(numbers), max(numbers) - 1)  # the newest, and those that it builds on
        listed = tidemark("checkpoints", "--verify", self.folder / "copies")
        self.assertRegex(listed.stdout, rf"(?m)^savepoint .* {re.escape(str(copied))}  whole$")
        # A copy needs nothing else: another folder's job goes on from it, and gives what came after it.
        shutil.rmtree(self.state)
        before = self.found()
        process = self.start("--from-savepoint", str(copied), "-p", "3", state=self.folder / "elsewhere")
        self.until(lambda: self.found() != before, process)
        self.stop(process)

    def test_stopped_with_a_savepoint_and_resumed(self):
        for target in ((), (self.folder / "kept",)):
            self.setUp()
            self.give("a.json", self.lines[:ROWS // 2])
            process = self.start("-p", "1")
            self.until(self.found, process)
            folder = self.savepoint(*target, "--stop")
            # The run is over when the command is.
            self.assertFalse((self.state / scratch.COUNTS_JOB / "control").exists())
            errors = process.communicate(timeout=LIMIT_SECONDS)[1]
            self.assertEqual(process.returncode, 0, errors)
            self.give("b.json", self.lines[ROWS // 2:])
            self.give("c.json", [scratch.LAST_ROW])
            process = self.start("--from-savepoint", str(folder), "-p", "2")
            self.until(lambda: sum(self.found().values()) >= sum(self.expected().values()), process)
            self.stop(process)
            self.check_counts()

    def test_a_bounded_job_that_is_stopped(self):
        self.script.write_text(
            "CREATE TABLE events (k INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000', "
            "'number-of-rows' = '100000000');\n"
            f"CREATE TABLE copy (k INT) WITH ('connector' = 'filesystem', 'path' = '{self.folder}/copy', "
            "'format' = 'csv');\n"
            "INSERT INTO copy SELECT k FROM events;\nINSERT INTO copy SELECT k FROM events;", encoding="utf-8")
        for target in ((), (self.folder / "kept",)):
            process = self.start("-p", "1")
            folder = self.savepoint(*target, "--stop")
            errors = process.communicate(timeout=LIMIT_SECONDS)[1]
            # It was asked for, so nothing has failed; the second statement waits until the first is done.
            self.assertEqual(process.returncode, 0, errors)
            self.assertIn(f"stopped with savepoint {folder}, as asked; the same command goes on", errors)
            self.assertFalse((self.state / "copy-2").exists())
        process = self.start("-p", "1")
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=LIMIT_SECONDS)[1]
        # Who runs something after it must not take the job for done.
        self.assertEqual(process.returncode, 1, errors)
        self.assertRegex(errors, r"copy goes on from checkpoint \d+")
        self.assertIn("run the same command again to go on", errors)

    def test_a_job_goes_on_when_its_last_savepoint_has_no_place(self):
        (self.folder / "file").write_text("in the way", encoding="utf-8")
        process = self.start()
        self.until(lambda: list((self.state / scratch.COUNTS_JOB).glob("chk-*/manifest.json")), process)
        asked = tidemark("savepoint", self.state, self.folder / "file" / "below", "--stop")
        self.assertEqual(asked.returncode, 1, asked.stdout)
        self.assertIn(str(self.folder / "file"), asked.stderr)
        self.savepoint(self.folder / "kept")  # of the job that still runs
        self.stop(process)

    def test_the_same_command_goes_on_from_a_stop(self):
        self.give("a.json", self.lines[:ROWS // 2])
        process = self.start()
        self.until(self.found, process)
        # The newest checkpoint lies with the others, wherever the copy is.
        self.savepoint(self.folder / "kept", "--stop")
        process.communicate(timeout=LIMIT_SECONDS)
        self.give("b.json", self.lines[ROWS // 2:])
        self.give("c.json", [scratch.LAST_ROW])
        process = self.start()
        self.until(lambda: sum(self.found().values()) >= sum(self.expected().values()), process)
        self.stop(process)
        self.check_counts()

    def test_what_cannot_be_asked(self):
        for command in ("savepoint", "watermarks", "state"):
            missing = tidemark(command, self.folder / "events")
            self.assertEqual(missing.returncode, 1)
            self.assertIn("no job has run there", missing.stderr)
        process = self.start()
        self.until(lambda: list((self.state / scratch.COUNTS_JOB).glob("chk-*/manifest.json")), process)
        other = self.folder / "other.sql"
        script = self.script.read_text(encoding="utf-8")
        other.write_text(script.replace("counts", "numbers").replace("latest", "newest"), encoding="utf-8")
        second = scratch.started(self, [str(other), "--state", str(self.state)], 2 * LIMIT_SECONDS)
        self.until(lambda: self.ask("state", self.state / "newest+numbers"), second)
        several = tidemark("savepoint", self.state)
        self.assertEqual(several.returncode, 1)
        self.assertIn("2 jobs are running", several.stderr)
        self.assertIn(f"{self.state}/{scratch.COUNTS_JOB}\n", several.stderr)
        self.assertIn(f"{self.state}/newest+numbers", several.stderr)
        self.assertEqual(tidemark("savepoint", self.state / scratch.COUNTS_JOB).returncode, 0)
        self.stop(second)
        process.kill()
        process.communicate()
        for command in ("savepoint", "watermarks", "state"):
            ended = tidemark(command, self.state / scratch.COUNTS_JOB)
            self.assertEqual(ended.returncode, 1)
            self.assertIn("No job is running", ended.stderr)
            self.assertRegex(ended.stderr,
                             rf"{re.escape(scratch.COUNTS_JOB)}: its newest (checkpoint|savepoint), \d+, was taken ")

    def test_folders_that_hold_no_checkpoint(self):
        process = self.start()
        kept = self.savepoint(self.folder / "kept")
        self.stop(process)
        job = self.state / scratch.COUNTS_JOB
        for folder, said in ((self.folder / "kept", str(kept)), (job, str(job / "chk-")), (self.state, str(job / "chk-")),
                             (self.folder / "none", "tidemark checkpoints")):
            refused = tidemark("run", self.script, "--state", self.folder / "new", "--from-savepoint", folder)
            self.assertEqual(refused.returncode, 1)
            self.assertIn(f"There is no checkpoint in '{folder}'", refused.stderr)
            self.assertIn(said, refused.stderr)
        refused = tidemark("run", self.script, "--state", "/proc/x")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("/proc/x: the folder cannot be made: ", refused.stderr)

    def test_a_target_that_cannot_be_written(self):
        process = self.start()
        (self.folder / "file").write_text("in the way", encoding="utf-8")
        refused = tidemark("savepoint", self.state, self.folder / "file")
        self.assertEqual(refused.returncode, 1)
        self.assertIn(str(self.folder / "file"), refused.stderr)
        self.assertEqual(tidemark("savepoint", self.state).returncode, 0)
        self.stop(process)

    def test_what_the_operators_remember(self):
        self.give("a.json", self.lines)
        process = self.start("-p", "2")
        keys = len({json.loads(line)["k"] for line in self.lines})
        self.until(lambda: any(entry["operator"] == "GroupAggregate(k)" and entry["rows"] == keys
                               for entry in self.ask("state")["operators"]), process)
        operators = {entry["operator"]: entry for entry in self.ask("state")["operators"]}
        counting = operators["GroupAggregate(k)"]
        self.assertGreater(counting["bytes_in_memory"], 0)
        self.assertIn("distinct keys (k)", counting["unbounded"])
        windows = next(entry for name, entry in operators.items() if name.startswith("GlobalWindowAggregate"))
        self.assertIsNone(windows["unbounded"])
        self.assertIn("freed when the watermark passes", windows["state"])
        text = tidemark("state", self.state).stdout
        self.assertRegex(text, r"GroupAggregate\(k\) +501 .*NOT BOUNDED: grows with the number of distinct keys \(k\)")
        errors = self.stop(process)
        self.assertEqual(errors.count("warning: nothing bounds the state of GroupAggregate(k)"), 1)

    def test_state_that_nobody_writes_expires(self):
        self.give("a.json", self.lines)
        process = self.start("-p", "2", "--set", "table.exec.state.ttl=100 ms")
        keys = len({json.loads(line)["k"] for line in self.lines})

        def counting():
            return next(entry for entry in self.ask("state")["operators"] if entry["operator"] == "GroupAggregate(k)")
        # No row comes any more, and still they go.
        self.until(lambda: counting()["expired_rows"] >= keys and counting()["rows"] == 0, process)
        self.assertIsNone(counting()["unbounded"])
        self.assertIn("freed when not written for 100 ms", counting()["state"])
        self.assertNotIn("nothing bounds the state", self.stop(process))
        # Another time-to-live is no other query.
        process = self.start("--set", "table.exec.state.ttl=1 d")
        self.give("b.json", self.lines)
        self.until(lambda: counting()["rows"] == keys, process)
        self.assertEqual(counting()["expired_rows"], 0)
        self.stop(process)

    def test_watermarks_of_one_split(self):
        self.give("a.json", self.lines)
        process = self.start()
        self.until(lambda: self.ask("watermarks")["tables"][0]["ended_splits"] == 1, process)
        report = self.ask("watermarks")
        self.assertIsNone(report["held_back_by"])
        self.assertEqual(report["tables"][0]["table"], "events")
        self.assertIsNotNone(report["tables"][0]["watermark_ms"])
        text = tidemark("watermarks", self.state).stdout
        self.assertTrue(text.startswith("No split holds another back.\n"), text)
        self.assertIn("1 splits read to their end", text)
        self.stop(process)

    def test_the_socket(self):
        state = self.folder / ("s" * 100) / ("t" * 100)
        process = self.start(state=state)
        control = state / scratch.COUNTS_JOB / "control"
        self.assertEqual(stat.S_IMODE(os.stat(control).st_mode), 0o600)
        with socket.socket(socket.AF_UNIX) as rude:
            folder = os.open(control.parent, os.O_RDONLY)
            rude.connect(f"/proc/self/fd/{folder}/control")
            os.close(folder)
            rude.sendall(b"{]\n")
            self.assertIn("not understood", json.loads(rude.makefile().readline())["error"])
        with socket.socket(socket.AF_UNIX) as silent:
            folder = os.open(control.parent, os.O_RDONLY)
            silent.connect(f"/proc/self/fd/{folder}/control")
            os.close(folder)
            # One that says nothing holds up neither others nor the end.
            self.assertIsNotNone(self.ask("watermarks", state))
            self.stop(process)
        self.assertFalse(control.exists())


if __name__ == "__main__":
    scratch.main()
