#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints, savepoints and resuming with the state in an object store: --state s3://bucket/folder.

  s3_checkpoints.py TIDEMARK SCRATCH_FOLDER S3_SERVER_PROGRAM
"""
import collections
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import unittest

import s3_server
import scratch

ROWS = 20_000
KILLS = 6
LIMIT_SECONDS = 90
BUCKET = "tidemark-state"

server = None  # of all tests, set by main


class Checkpoints(unittest.TestCase):
    def setUp(self):
        name = self.id().rsplit(".", maxsplit=1)[-1]
        self.folder = scratch.SCRATCH / name
        (self.folder / "events").mkdir(parents=True)
        self.prefix = name.replace("_", "-")
        self.state = f"s3://{BUCKET}/{self.prefix}"
        self.script = self.folder / "job.sql"
        self.write_script(monitored=True)
        self.door = s3_server.Door(server.port)
        self.addCleanup(self.door.shut)
        self.environment = {**os.environ, **s3_server.environment(self.door.endpoint),
                            "TIDEMARK_RUN_FOLDER": str(self.folder / "run")}

    def write_script(self, monitored):
        monitor = scratch.MONITOR if monitored else ""
        self.script.write_text(scratch.COUNTS_SCRIPT.format(folder=self.folder, monitor=monitor), encoding="utf-8")

    def give(self, name, lines):
        scratch.give(self.folder / "events" / name, lines)

    def tidemark(self, *arguments, **environment):
        return subprocess.run([scratch.TIDEMARK, *map(str, arguments)], timeout=LIMIT_SECONDS, capture_output=True,
                              text=True, check=False, env={**self.environment, **environment})

    def run_job(self, *arguments, **environment):
        """A run that goes on while the test does."""
        return scratch.started(
            self, [str(self.script), "--state", self.state, "--set", "execution.checkpointing.interval=50 ms",
                   *arguments], 2 * LIMIT_SECONDS, {**self.environment, **environment})

    def until(self, condition, process=None):
        scratch.until(self, process, condition, LIMIT_SECONDS)

    def checkpoints(self, *arguments, state=None):
        """Lines of the listing."""
        listed = self.tidemark("checkpoints", state or self.state, *arguments)
        return listed.stdout.splitlines() if listed.returncode == 0 else []

    def newest(self):
        """The number of the newest one; 0: none."""
        return max((int(line.split()[1]) for line in self.checkpoints()), default=0)

    def sizes(self):
        """Bytes of the checkpoints in the bucket by number."""
        sizes = collections.Counter()
        for key, size in server.objects(BUCKET, self.prefix + "/").items():
            found = re.search(r"/(?:chk|savepoint)-(\d+)[^/]*/", key)
            if found:
                sizes[int(found.group(1))] += size
        return sizes

    def rows(self):
        """Visible lines of the counts, with how often they are there."""
        return scratch.visible_lines(self.folder / "counts")

    def expect(self, lines):
        """The counts of these events, by a run without state into another folder."""
        folder = self.folder / "undisturbed"
        (folder / "events").mkdir(parents=True)
        (folder / "events" / "all.json").write_text("".join(lines), encoding="utf-8")
        script = folder / "job.sql"
        script.write_text(scratch.COUNTS_SCRIPT.format(folder=folder, monitor=""), encoding="utf-8")
        subprocess.run([scratch.TIDEMARK, "run", str(script)], check=True, timeout=LIMIT_SECONDS,
                       stderr=subprocess.DEVNULL)
        return scratch.visible_lines(folder / "counts")

    def events(self, rows=ROWS):
        path = self.folder / "all.json"
        scratch.write_events(path, rows)
        return path.read_text(encoding="utf-8").splitlines(keepends=True)

    def kill(self, process):
        process.kill()
        process.wait()

    def test_killed_and_resumed_with_any_number_of_workers(self):
        lines = self.events()
        expected = self.expect(lines)
        self.write_script(monitored=False)
        self.give("all.json", lines)
        draw = random.Random(4)
        for number in range(KILLS):
            process = self.run_job("-p", str(draw.choice([1, 2, 3])), "--set", "tidemark.batch-size=64")
            try:
                process.communicate(timeout=draw.uniform(0.1, 1.5))
                self.assertEqual(process.returncode, 0)
                break
            except subprocess.TimeoutExpired:
                self.kill(process)
        process = self.run_job("-p", "2")
        errors = process.communicate(timeout=LIMIT_SECONDS)[1]
        self.assertEqual(process.returncode, 0, errors)
        self.assertEqual(self.rows(), expected)
        listed = self.checkpoints("--verify")
        self.assertEqual(len(listed), 1, listed)
        self.assertIn("finished", listed[0])
        self.assertIn("whole", listed[0])
        process = self.run_job()
        self.assertIn("was finished by an earlier run", process.communicate(timeout=LIMIT_SECONDS)[1])

    def test_only_what_changed_goes_up(self):
        many = [f'{{"k":{key},"v":1,"ts":"2024-01-01 00:00:00.000"}}\n' for key in range(200_000)]
        self.give("many.json", many)
        # Windows write all they have each time.
        text = self.script.read_text(encoding="utf-8")
        self.script.write_text(re.sub("EXECUTE.*?GROUP BY.*?;|END;", "", text, flags=re.DOTALL), encoding="utf-8")
        # Of a checkpoint for each interval only those are looked at that begin after all was read.
        process = self.run_job("-p", "2")
        self.until(lambda: self.keys_counted(process) == len(many), process)
        seen = self.newest()
        self.until(lambda: self.newest() > seen + 2, process)
        whole = max(self.sizes().values())
        self.assertGreater(whole, 1_000_000)
        seen = self.newest()
        before = self.door.bytes_in
        self.give("few.json", [f'{{"k":{key},"v":1,"ts":"2024-01-01 00:00:01.000"}}\n' for key in range(len(many), len(many) + 100)])
        self.until(lambda: self.keys_counted(process) == len(many) + 100, process)
        self.until(lambda: self.newest() > seen + 2, process)
        checkpoints = self.newest() - seen
        self.assertLess((self.door.bytes_in - before) / checkpoints, whole / 10)
        self.kill(process)
        self.assertTrue(all("whole" in line for line in self.checkpoints("--verify")))

    def test_as_many_are_kept_as_asked(self):
        self.give("all.json", self.events())
        process = self.run_job("--set", "execution.checkpointing.num-retained=3")
        self.until(lambda: self.newest() > 8, process)
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=LIMIT_SECONDS)[1]
        self.assertEqual(process.returncode, 0, errors)
        listed = self.checkpoints("--verify")
        kept = {line.split()[1] for line in listed}
        self.assertTrue(all("whole" in line for line in listed), listed)
        # Three, and those that they build on.
        self.assertGreaterEqual(len(kept), 3)
        keys = server.objects(BUCKET, self.prefix + "/")
        self.assertEqual({re.search(r"/chk-(\d+)-", key).group(1) for key in keys if "/chk-" in key}, kept)
        self.assertEqual(len([key for key in keys if "/runs/" in key and not key.endswith("/")]), 1)

    def test_a_store_that_is_gone_for_a_while(self):
        lines = self.events()
        expected = self.expect(lines)
        self.give("first.json", lines[:ROWS // 2])
        process = self.run_job("--set", "execution.checkpointing.tolerable-failed-checkpoints=1000")
        self.until(lambda: self.newest() > 1, process)
        self.door.shut()
        warning = process.stderr.readline()
        while "could not be written" not in warning:
            self.assertTrue(warning, "it ended")
            warning = process.stderr.readline()
        self.assertIn("cannot be reached", warning)
        self.assertIn("The job goes on", warning)
        before = max(self.sizes())
        self.give("second.json", [*lines[ROWS // 2:], scratch.LAST_ROW])
        self.door.open()
        self.until(lambda: self.newest() > before + 2, process)
        self.until(lambda: sum(self.rows().values()) == sum(expected.values()), process)
        self.kill(process)
        process = self.run_job("-p", "3")
        self.until(lambda: self.newest() > 0 and self.rows() == expected, process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT_SECONDS)
        self.assertEqual(self.rows(), expected)

    def test_a_store_that_is_gone_for_good_fails_the_job(self):
        self.give("all.json", self.events())
        process = self.run_job()
        self.until(lambda: self.newest() > 0, process)
        self.door.shut()
        errors = process.communicate(timeout=LIMIT_SECONDS)[1]
        self.assertEqual(process.returncode, 1)
        self.assertIn("cannot be reached", errors)
        # Nor does a job begin anew because it cannot see what there is.
        ran = self.tidemark("run", self.script, "--state", self.state)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("cannot be reached", ran.stderr)
        self.assertEqual(self.tidemark("checkpoints", self.state).returncode, 1)

    def test_what_is_wrong_with_the_store_is_said(self):
        self.give("all.json", self.events(10))
        ran = self.tidemark("run", self.script, "--state", "s3://no-such-bucket/x")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("there is no bucket 'no-such-bucket'", ran.stderr)
        listed = self.tidemark("checkpoints", "s3://no-such-bucket/x")
        self.assertEqual(listed.returncode, 1)
        self.assertIn("there is no bucket 'no-such-bucket'", listed.stderr)
        listed = self.tidemark("checkpoints", f"s3://{BUCKET}/nothing-here")
        self.assertEqual(listed.returncode, 1)
        self.assertIn("No such file or directory", listed.stderr)
        for wrong, said in (("s3://", "names no bucket"), ("gs://bucket/x", "object store (s3://)")):
            ran = self.tidemark("run", self.script, "--state", wrong)
            self.assertEqual(ran.returncode, 1)
            self.assertIn(said, ran.stderr)
        ran = self.tidemark("run", self.script, "--state", self.state, AWS_ENDPOINT_URL="nonsense://x")
        self.assertIn("The endpoint for s3:// is not one", ran.stderr)

    def test_who_may_not_is_told_so_without_secrets(self):
        strict = s3_server.Server(sys.argv[3], self.folder / "strict.log", INITIAL_NO_AUTH_ACTION_COUNT="1")
        self.addCleanup(strict.stop)
        strict.make_bucket(BUCKET)
        self.give("all.json", self.events(10))
        ran = self.tidemark("run", self.script, "--state", self.state, AWS_ENDPOINT_URL=strict.endpoint)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("does not allow it", ran.stderr)
        self.assertIn("AWS_ACCESS_KEY_ID", ran.stderr)
        self.assertNotIn(s3_server.SECRET_KEY, ran.stderr)
        self.assertNotIn(s3_server.ACCESS_KEY, ran.stderr)

    def test_secrets_stay_in_the_file_of_settings(self):
        settings = self.folder / "settings.yaml"
        settings.write_text(f"s3.endpoint: {self.door.endpoint}\ns3.access-key: {s3_server.ACCESS_KEY}\n"
                            f"s3.secret-key: {s3_server.SECRET_KEY}\n", encoding="utf-8")
        self.environment.update(AWS_ENDPOINT_URL="", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_REGION="")
        self.write_script(monitored=False)
        self.give("all.json", self.events(100))
        ran = self.tidemark("run", self.script, "--state", self.state, "--config", settings)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        listed = self.tidemark("checkpoints", "--config", settings, self.state)
        self.assertIn("finished", listed.stdout, listed.stderr)
        for command in ("savepoint", "watermarks", "state"):
            asked = self.tidemark(command, "--config", settings, self.state)
            self.assertRegex(asked.stderr, rf"No job is running.*\n.*{re.escape(scratch.COUNTS_JOB)}: its newest checkpoint")
        script = self.folder / "show.sql"
        script.write_text("SET;", encoding="utf-8")
        shown = self.tidemark("run", script, "--config", settings)
        self.assertIn("s3.secret-key", shown.stdout)
        self.assertIn(self.door.endpoint, shown.stdout)
        self.assertNotIn(s3_server.SECRET_KEY, shown.stdout)
        script.write_text(f"SET 's3.secret-key' = '{s3_server.SECRET_KEY}';", encoding="utf-8")
        refused = self.tidemark("run", script)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("does not belong into a script", refused.stderr)
        refused = self.tidemark("run", self.script, "--set", f"s3.secret-key={s3_server.SECRET_KEY}")
        self.assertEqual(refused.returncode, 2)
        self.assertNotIn(s3_server.SECRET_KEY, refused.stderr)

    def test_a_running_job_is_found_and_asked(self):
        lines = self.events()
        expected = self.expect(lines)
        self.give("first.json", lines[:ROWS // 2])
        process = self.run_job("-p", "2")
        self.until(lambda: self.newest() > 0, process)
        for folder in (self.state, self.state + "/", f"{self.state}/{scratch.COUNTS_JOB}"):
            self.assertEqual(self.tidemark("watermarks", folder).returncode, 0)
            self.assertIn("GroupAggregate", self.tidemark("state", folder).stdout)
        second = self.tidemark("run", self.script, "--state", self.state)
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"process {process.pid}", second.stderr)
        # As Hadoop's clients write it: the same store.
        aside = self.tidemark("savepoint", self.state.replace("s3://", "s3a://"), f"s3a://{BUCKET}/{self.prefix}-aside/")
        self.assertRegex(aside.stdout, rf"^s3://{BUCKET}/{self.prefix}-aside/savepoint-\d+\n$", aside.stderr)
        local = self.tidemark("savepoint", self.state, self.folder / "local")
        self.assertEqual(local.returncode, 0, local.stderr)
        stopped = self.tidemark("savepoint", self.state, "--stop")
        self.assertEqual(stopped.returncode, 0, stopped.stderr)
        self.assertEqual(process.wait(timeout=LIMIT_SECONDS), 0)
        asked = self.tidemark("watermarks", self.state)
        self.assertEqual(asked.returncode, 1)
        self.assertIn("No job is running", asked.stderr)
        self.assertIn("its newest savepoint", asked.stderr)
        for folder in (aside.stdout.strip(), local.stdout.strip(), stopped.stdout.strip()):
            self.assertIn("whole", self.tidemark("checkpoints", "--verify", folder).stdout)
        self.give("second.json", [*lines[ROWS // 2:], scratch.LAST_ROW])
        process = self.run_job("-p", "3", "--from-savepoint", stopped.stdout.strip())
        self.until(lambda: sum(self.rows().values()) >= sum(expected.values()), process)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=LIMIT_SECONDS), 0)
        self.assertEqual(self.rows(), expected)

    def test_a_run_on_another_machine_takes_the_job_over(self):
        lines = self.events()
        expected = self.expect(lines)
        self.give("first.json", lines[:ROWS // 2])
        first = self.run_job("--set", "execution.checkpointing.tolerable-failed-checkpoints=1000")
        self.until(lambda: self.newest() > 1, first)
        first.send_signal(signal.SIGSTOP)
        # A machine of its own: it knows nothing of the first one's lock.
        elsewhere = {"TIDEMARK_RUN_FOLDER": str(self.folder / "elsewhere")}
        second = self.run_job("-p", "2", **elsewhere)
        before = self.newest()
        self.give("second.json", [*lines[ROWS // 2:], scratch.LAST_ROW])
        self.until(lambda: self.newest() > before + 1, second)
        first.send_signal(signal.SIGCONT)
        errors = first.communicate(timeout=LIMIT_SECONDS)[1]
        self.assertEqual(first.returncode, 1)
        self.assertIn("Another run has taken the job over", errors)
        self.assertIn(f"process {second.pid}", errors)
        self.until(lambda: sum(self.rows().values()) >= sum(expected.values()), second)
        second.send_signal(signal.SIGINT)
        self.assertEqual(second.wait(timeout=LIMIT_SECONDS), 0)
        self.assertEqual(self.rows(), expected)
        self.assertTrue(all("whole" in line for line in self.checkpoints("--verify")))

    def keys_counted(self, process):
        """By the GROUP BY so far."""
        asked = self.tidemark("state", self.state, "--format", "json")
        if asked.returncode != 0:
            self.assertIsNone(process.poll(), asked.stderr)
            return -1
        return sum(entry["rows"] for entry in json.loads(asked.stdout)["operators"]
                   if entry["operator"].startswith("GroupAggregate"))


def main():
    global server
    server = s3_server.Server(sys.argv[3], pathlib.Path(sys.argv[2]).resolve().with_suffix(".server.log"))
    try:
        server.make_bucket(BUCKET)
        scratch.main()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
