#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Jobs from Kafka to Kafka with 'sink.delivery-guarantee' = 'exactly-once' that are killed, and whose broker is: what
a reader of committed records finds in the end is what an undisturbed run writes, no row missing, none twice.

  kafka_crashes.py TIDEMARK SCRATCH_FOLDER JARS      KILLS=200 in the environment for a long run: so many in each of two tests
"""
import collections
import os
import random
import signal
import subprocess
import sys
import time
import unittest

import kafka_broker
import kafka_offsets
import scratch

KILLS = int(os.environ.get("KILLS", "10"))
# Where a commit can be when its job dies; the tests see to it that each is met.
BEFORE, DURING, AFTER = PARTS = ("between manifest and commit", "while writers were committing", "after the commit")
KILLS_MAX = 10 * KILLS
ROWS = 100_000
PARTITIONS = 3
SOON_SECONDS = 30
JARS = sys.argv.pop()

SCRIPT = """
CREATE TABLE events (k BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kafka', 'topic' = 'events', 'format' = 'json', {broker},
      'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
CREATE TABLE counts (k BIGINT, window_start TIMESTAMP(3), n BIGINT, total BIGINT)
WITH ('connector' = 'kafka', 'topic' = '{counts}', 'format' = 'json', {broker}, {guarantee});
CREATE TABLE extremes (k BIGINT, v BIGINT, ts TIMESTAMP(3))
WITH ('connector' = 'kafka', 'topic' = '{extremes}', 'format' = 'json', {broker}, {guarantee});
EXECUTE STATEMENT SET BEGIN
INSERT INTO counts SELECT k, window_start, COUNT(*), SUM(v)
  FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY k, window_start, window_end;
INSERT INTO extremes SELECT k, v, ts FROM events WHERE v >= 80;
END;
"""
broker = None


def setUpModule():
    global broker
    broker = kafka_broker.Broker(JARS, scratch.SCRATCH / "broker", PARTITIONS, seconds_max=300 + 30 * KILLS)


def tearDownModule():
    broker.stop()


def write_events():
    """Into all partitions."""
    path = scratch.SCRATCH / "events.json"
    scratch.write_events(path, ROWS)
    columns = "(k BIGINT, v BIGINT, ts TIMESTAMP(3))"
    run(f"""CREATE TABLE lines {columns} WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'json');
            CREATE TABLE events {columns} WITH ('connector' = 'kafka', 'topic' = 'events', 'format' = 'json',
              {server()}, 'sink.partitioner' = 'round-robin');
            INSERT INTO events SELECT * FROM lines;""", "--parallelism", "1")


def server():
    return f"'properties.bootstrap.servers' = '{broker.plain}'"


def run(script, *arguments):
    ran = subprocess.run([scratch.TIDEMARK, "run", "-", "--format", "csv", *arguments], input=script.encode(),
                         capture_output=True, timeout=60, check=False)
    if ran.returncode != 0:
        raise RuntimeError(ran.stderr.decode())
    return ran.stdout.decode().splitlines()[1:]


def committed_rows(*topics, isolation="read_committed"):
    """The visible records of the topics, without regard to order, with how often they are there."""
    rows = collections.Counter()
    for name, topic in zip(("counts", "extremes"), topics):
        lines = run(f"""CREATE TABLE t (line STRING) WITH ('connector' = 'kafka', 'topic' = '{topic}', 'format' = 'raw',
                          {server()}, 'properties.isolation.level' = '{isolation}',
                          'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
                        SELECT line FROM t;""")
        rows.update((name, line) for line in lines)
    return rows


class KafkaCrashes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        write_events()
        cls.rounds = 0
        cls.deaths = collections.Counter()
        cls.compared = collections.Counter()
        run(cls.script("expected_counts", "expected_extremes", "at-least-once"))
        cls.expected = committed_rows("expected_counts", "expected_extremes")

    @classmethod
    def tearDownClass(cls):
        print("killed:", ", ".join(f"{count} x {where}" for where, count in sorted(cls.deaths.items())))
        print(f"compared: {cls.compared['runs']} results of {sum(cls.expected.values())} rows; "
              f"{cls.compared['missing']} rows missing, {cls.compared['doubled']} doubled, "
              f"{cls.compared['hidden']} hidden by the broker")

    @staticmethod
    def script(counts, extremes, guarantee):
        return SCRIPT.format(broker=server(), counts=counts, extremes=extremes,
                             guarantee=f"'sink.delivery-guarantee' = '{guarantee}'")

    def begin(self):
        """A job that was never run, with topics and a folder of its own."""
        self.__class__.rounds += 1
        self.topics = f"counts_{self.rounds}", f"extremes_{self.rounds}"
        self.state = scratch.SCRATCH / f"state_{self.rounds}"
        self.path = scratch.SCRATCH / f"job_{self.rounds}.sql"
        self.path.write_text(self.script(*self.topics, "exactly-once"), encoding="utf-8")

    def start(self, workers, interval="20 ms"):
        return subprocess.Popen(
            [scratch.TIDEMARK, "run", str(self.path), "--state", str(self.state), "-p", str(workers),
             "--set", f"execution.checkpointing.interval={interval}"],
            stderr=subprocess.PIPE, text=True, preexec_fn=scratch.heed_signals)

    def until_killed(self, process, seconds):
        """True when it was killed before it had ended by itself."""
        try:
            errors = process.communicate(timeout=seconds)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate(timeout=60)
            return True
        self.assertEqual(process.returncode, 0, errors)
        return False

    def check(self, broker_was_killed=False):
        found = committed_rows(*self.topics)
        # A broker says that a transaction is committed before its partitions know: until then readers stop before it.
        until = time.monotonic() + SOON_SECONDS
        while self.expected - found and time.monotonic() < until:
            found = committed_rows(*self.topics)
        doubled, missing = found - self.expected, self.expected - found
        hidden = missing & committed_rows(*self.topics, isolation="read_uncommitted") if missing else missing
        # Killed in between, it may forget to tell them (kafka-transactions.sh find-hanging names such partitions).
        # The transaction is committed all the same, and nobody but the broker can say so.
        if broker_was_killed:
            missing -= hidden
        self.compared.update(runs=1, missing=sum(missing.values()), doubled=sum(doubled.values()),
                             hidden=sum(hidden.values()))
        self.assertEqual((sum(doubled.values()), sum(missing.values())), (0, 0),
                         f"{self.topics}: doubled: {doubled.most_common(5)}, missing: {missing.most_common(5)}, "
                         f"{sum(hidden.values())} more in the topics, but not visible")

    def test_killed_at_any_moment(self):
        draw = random.Random(1)
        kills = 0
        while kills < KILLS:
            self.begin()
            while self.until_killed(self.start(draw.choice([1, 2, 3, 4])), draw.uniform(0.3, 1.2)):
                kills += 1
            self.check()
        self.deaths["at any moment"] += kills

    def test_killed_when_a_checkpoint_is_complete_but_not_committed(self):
        draw = random.Random(2)
        kills = 0
        reached = collections.Counter()
        while kills < KILLS or (kills < KILLS_MAX and len(reached) < len(PARTS)):
            self.begin()
            for _ in range(5):  # soon enough, or the job ends by itself
                part = draw.choice([part for part in PARTS if part not in reached] or PARTS)
                # What is between two checkpoints must be long enough to be met.
                process = self.start(4, "500 ms") if part == AFTER else self.start(draw.choice([2, 3, 4]))
                number = self.wait_for_manifest(process)
                if number is None:
                    process.communicate(timeout=60)
                    break
                self.wait_for_commit(part, number, process)
                process.kill()
                process.communicate(timeout=60)
                kills += 1
                reached[self.committed_part()] += 1
            self.assertFalse(self.until_killed(self.start(2, "1 s"), 60))
            self.check()
        self.deaths.update(reached)
        self.assertEqual(set(reached), set(PARTS), f"after {kills} kills")

    def newest_manifest(self):
        numbers = [int(path.parent.name.removeprefix("chk-")) for path in self.state.glob("*/chk-*/manifest.json")]
        return max(numbers, default=0)

    def wait_for_manifest(self, process):
        """The number of the first checkpoint that it completes; None: it ended."""
        before = self.newest_manifest()

        def ended_or_newer():
            ended = process.poll() is not None
            return max(self.newest_manifest() - before, 0) or ended
        scratch.wait_until(ended_or_newer)
        return self.newest_manifest() if process.poll() is None else None

    def wait_for_commit(self, part, number, process):
        """Until the checkpoint's commit has come about so far, or it is over."""
        reached = {BEFORE: lambda: True,
                   DURING: lambda: self.marker(0, 0) == number,
                   AFTER: lambda: self.committed_part() == AFTER}[part]
        scratch.wait_until(lambda: reached() or process.poll() is not None or self.newest_manifest() > number)

    def committed_part(self):
        """How far the writers of the newest checkpoint had come, as their markers say."""
        markers = [self.marker(sink, worker) for sink in range(2) for worker in range(4)]
        # Afterwards: a job that runs may have completed and committed another one while its markers were read.
        newest = self.newest_manifest()
        if None in markers:
            return DURING
        self.assertLessEqual(max(markers), newest)
        at_newest = markers.count(newest)
        if at_newest == 0:
            return BEFORE
        # A writer without records in a checkpoint has no marker of it.
        return DURING if at_newest < 6 else AFTER

    def marker(self, sink, worker):
        """The last checkpoint that the writer has committed; None: it is just being committed."""
        job = next(self.state.glob("*/job-id")).read_text(encoding="utf-8").strip()
        group = f"tidemark-{job}-{('counts', 'extremes')[sink]}-{worker}-{sink}"
        return kafka_offsets.committed(broker.plain, group, self.topics[sink], 0)

    def test_a_broker_that_is_killed(self):
        self.begin()
        process = self.start(2, "100 ms")
        self.wait_for_manifest(process)
        broker.kill()
        process.kill()
        process.communicate(timeout=60)
        self.deaths["with the broker"] += 1
        self.start_broker()
        process = self.start(3, "100 ms")
        self.wait_for_manifest(process)
        broker.kill()
        self.start_broker()
        errors = process.communicate(timeout=90)[1]
        self.deaths["the broker alone, which the job outlived" if process.returncode == 0 else
                    "by the loss of the broker"] += 1
        if process.returncode != 0:
            self.assertFalse(self.until_killed(self.start(3, "1 s"), 60), errors)
        self.check(broker_was_killed=True)

    def start_broker(self):
        """And waits until its partitions can be read again, as a job that starts does not."""
        broker.start()
        limit = time.monotonic() + 30
        while True:
            try:
                committed_rows("expected_counts", "expected_extremes")
                return run(f"""CREATE TABLE t (line STRING) WITH ('connector' = 'kafka', 'topic' = 'events', 'format' = 'raw',
                                 {server()}, 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
                               SELECT line FROM t LIMIT 1;""")
            except RuntimeError:
                if time.monotonic() > limit:
                    raise

    def test_a_run_that_slept_is_fenced(self):
        self.begin()
        sleeper = self.start(2)
        self.wait_for_manifest(sleeper)
        sleeper.send_signal(signal.SIGSTOP)
        # As on another machine, which does not see who holds the folder.
        for lock in self.state.glob("*/lock"):
            lock.unlink()
        self.assertFalse(self.until_killed(self.start(2, "1 s"), 60))
        sleeper.send_signal(signal.SIGCONT)
        errors = sleeper.communicate(timeout=60)[1]
        self.assertEqual(sleeper.returncode, 1, errors)
        self.assertIn("another run of this one", errors)
        self.deaths["by fencing"] += 1
        self.check()

    def test_a_group_is_told_of_each_checkpoint(self):
        self.begin()
        script = self.path.read_text(encoding="utf-8")
        self.path.write_text(script.replace("'scan.startup.mode'", "'properties.group.id' = 'readers', 'scan.startup.mode'"),
                             encoding="utf-8")
        self.assertFalse(self.until_killed(self.start(2), 60))
        told = [kafka_offsets.committed(broker.plain, "readers", "events", partition) for partition in range(PARTITIONS)]
        self.assertEqual(sum(told), ROWS)

    def test_what_is_refused(self):
        self.begin()
        script = self.path.read_text(encoding="utf-8")
        for arguments, change, texts in (
                ([], "", ["needs checkpoints", "--state"]),
                (["--state", str(self.state)], "'properties.transaction.timeout.ms' = '1000000', ", ["is 1000000", "is 900000"])):
            ran = subprocess.run([scratch.TIDEMARK, "run", "-", *arguments], capture_output=True, timeout=60, check=False,
                                 input=script.replace("'sink.delivery", change + "'sink.delivery").encode())
            self.assertEqual(ran.returncode, 1, ran.stderr)
            for text in texts:
                self.assertIn(text, ran.stderr.decode())


if __name__ == "__main__":
    scratch.main()
