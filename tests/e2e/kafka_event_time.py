#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Event time over the partitions of a real Kafka topic: one that stops, one that is slow, one that was never written.

  kafka_event_time.py TIDEMARK SCRATCH_FOLDER JARS
"""
import collections
import datetime
import json
import signal
import subprocess
import sys
import unittest

import kafka_broker
import kafka_producer
import scratch

JARS = sys.argv.pop()
PARTITIONS = 4
LIMIT_SECONDS = 60
START = datetime.datetime(2024, 1, 1)
broker = None

SCRIPT = """
SET 'execution.checkpointing.interval' = '50 ms';
{settings}
CREATE TABLE clicks (id BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kafka', 'topic' = '{topic}', 'properties.bootstrap.servers' = '{broker}', 'format' = 'json',
      'scan.startup.mode' = 'earliest-offset', 'tidemark.bad-records' = 'skip' {options});
CREATE TABLE counts (window_start TIMESTAMP(3), n BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{folder}/counts', 'format' = 'json');
CREATE TABLE late_rows (operator_name STRING, reason STRING, row_json STRING, row_kind STRING,
  late_watermark TIMESTAMP(3), window_start TIMESTAMP(3), window_end TIMESTAMP(3),
  source_table STRING, source_split STRING, source_position BIGINT, seen_at TIMESTAMP_LTZ(3))
WITH ({late});
INSERT INTO counts SELECT window_start, COUNT(*)
  FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
"""


def setUpModule():
    global broker
    broker = kafka_broker.Broker(JARS, scratch.SCRATCH / "broker", PARTITIONS)


def tearDownModule():
    broker.stop()


def time_of(second):
    return (START + datetime.timedelta(seconds=second)).isoformat(sep=" ")


def event_ms(second):
    return int((START + datetime.timedelta(seconds=second) - datetime.datetime(1970, 1, 1)).total_seconds() * 1000)


class EventTime(unittest.TestCase):
    def setUp(self):
        self.topic = self.id().rsplit(".", maxsplit=1)[-1]
        self.folder = scratch.SCRATCH / self.topic
        self.folder.mkdir()
        self.written = []

    def put(self, *spans):
        """One row a second into a partition, for each (partition, first second, last second)."""
        rows = [(partition, second) for partition, first, last in spans for second in range(first, last + 1)]
        self.written += [second for _, second in rows]
        kafka_producer.produce(broker.plain, self.topic,
                               [(partition, json.dumps({"id": second, "ts": time_of(second)})) for partition, second in rows])

    def start(self, settings="", workers="2", late=None, **options):
        late = late or f"'connector' = 'filesystem', 'path' = '{self.folder}/late', 'format' = 'json'"
        more = "".join(f", '{key.replace('__', '-').replace('_', '.')}' = '{value}'" for key, value in options.items())
        script = SCRIPT.format(settings=settings, topic=self.topic, broker=broker.plain, folder=self.folder, options=more,
                               late=late)
        (self.folder / "job.sql").write_text(script, encoding="utf-8")
        return scratch.started(self, [str(self.folder / "job.sql"), "--state", str(self.folder / "state"), "-p", workers],
                               2 * LIMIT_SECONDS)

    def until(self, process, condition):
        """Waits for what has no other sign; gives it back."""
        return scratch.until(self, process, condition, LIMIT_SECONDS,
                             lambda: f"; now {self.windows()} {self.ask('watermarks')}")

    def ask(self, command, *arguments):
        asked = subprocess.run([scratch.TIDEMARK, command, str(self.folder / "state"), *arguments], capture_output=True,
                               timeout=LIMIT_SECONDS, text=True, check=False)
        return asked.stdout if asked.returncode == 0 else ""

    def splits(self):
        text = self.ask("watermarks", "--format", "json")
        if not text:
            return {}
        report = json.loads(text)
        splits = {split["split"].rsplit("-", maxsplit=1)[1]: split for split in report["tables"][0]["splits"]}
        return splits | {"held_back_by": report["held_back_by"], "shadow": report["shadow_watermark_ms"]}

    def came_to(self, second, *partitions):
        splits = self.splits()
        return splits and all(splits[str(p)]["watermark_ms"] == event_ms(second) for p in partitions) and splits

    def nothing_pending(self):
        splits = self.splits()
        return splits and splits["held_back_by"]["pending_rows"] == 0 and splits

    def rows_in(self, table):
        rows = []
        for file in (self.folder / table).glob("part-*"):
            rows += [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        return rows

    def windows(self):
        return {row["window_start"]: row["n"] for row in self.rows_in("counts")}

    def expected(self, until):
        """Counts of the windows that end by then."""
        counts = collections.Counter(second // 10 for second in self.written)
        return {time_of(10 * window): n for window, n in counts.items() if 10 * window + 10 <= until}

    def counted(self, until):
        return {start[:19]: n for start, n in self.windows().items()} == self.expected(until)

    def stop(self, process):
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=LIMIT_SECONDS)[1]
        self.assertEqual(process.returncode, 0, errors)
        return errors

    def test_a_partition_that_stops_is_named(self):
        self.put(*[(partition, 0, 25) for partition in range(PARTITIONS)])
        process = self.start()
        self.until(process, lambda: self.counted(20))
        self.put(*[(partition, 26, 600) for partition in range(3)])
        # How much a partition still has is asked of the broker now and then.
        splits = self.until(process, lambda: self.came_to(600, 0, 1, 2) and self.nothing_pending())
        holder = splits["held_back_by"]
        self.assertEqual((holder["table"], holder["split"]), ("clicks", self.topic + "-3"))
        self.assertEqual(holder["watermark_ms"], event_ms(25))
        self.assertEqual(holder["behind_newest_ms"], 575_000)
        self.assertFalse(holder["idle"])
        self.assertEqual(splits["shadow"], event_ms(600))
        first_line = self.ask("watermarks").splitlines()[0]
        self.assertIn(f"{self.topic}-3 of table clicks holds the job back: its watermark stands at {time_of(25)} since ",
                      first_line)
        self.assertIn(" 9 min 35 s behind the newest split, ", first_line)
        # The watermark stands: two checkpoints later there is no further window.
        for _ in range(2):
            self.assertTrue(self.ask("savepoint"))
        self.assertEqual(max(self.windows())[:19], time_of(10))
        self.put((3, 26, 600))
        self.until(process, lambda: self.counted(600))
        self.assertEqual(self.rows_in("late"), [])
        self.stop(process)

    def test_a_partition_that_stops_and_comes_back_late(self):
        self.put(*[(partition, 0, 25) for partition in range(PARTITIONS)])
        process = self.start("SET 'tidemark.late-table' = 'late_rows';", scan_watermark_idle__timeout="500 ms")
        self.until(process, lambda: self.counted(20))
        self.put(*[(partition, 26, 600) for partition in range(3)])
        # Results go on without it. The others fall idle too, in time: then all that was read counts.
        self.until(process, lambda: self.counted(600))
        self.assertTrue(self.splits()["3"]["idle"])
        self.put((3, 26, 45))
        late = self.until(process, lambda: len(rows := self.rows_in("late")) == 20 and rows)
        late.sort(key=lambda row: row["source_position"])
        for offset, row in enumerate(late, 26):
            second = json.loads(row["row_json"])["ts"][:19]
            self.assertEqual(second, time_of(offset))
            self.assertEqual(row["reason"], "the watermark had passed the row's window when it arrived")
            self.assertEqual(row["row_kind"], "+I")
            self.assertIn("WindowAggregate", row["operator_name"])
            self.assertEqual(row["late_watermark"][:19], time_of(600))
            self.assertEqual(row["window_start"][:19], time_of(offset // 10 * 10))
            self.assertEqual(row["window_end"][:19], time_of(offset // 10 * 10 + 10))
            self.assertEqual((row["source_table"], row["source_split"]), ("clicks", self.topic + "-3"))
            self.assertEqual(row["source_position"], offset)
            self.assertTrue(row["seen_at"])
        # Killed, and run again: what was late stays late, and comes once.
        process.kill()
        process.communicate()
        process = self.start("SET 'tidemark.late-table' = 'late_rows';", "1", scan_watermark_idle__timeout="500 ms")
        self.put((3, 46, 50))
        late = self.until(process, lambda: len(rows := self.rows_in("late")) >= 25 and rows)
        self.assertEqual(sorted(row["source_position"] for row in late), list(range(26, 51)))
        self.stop(process)

    def test_late_rows_into_a_topic(self):
        self.put((0, 0, 100), (0, 5, 7), (0, 101, 110))
        sink = ", ".join(f"'{key}' = '{value}'" for key, value in {
            "connector": "kafka", "topic": self.topic + "_late", "properties.bootstrap.servers": broker.plain,
            "format": "json", "sink.delivery-guarantee": "exactly-once",
            "sink.transactional-id-prefix": self.topic}.items())
        process = self.start("SET 'tidemark.late-table' = 'late_rows';", late=sink)
        self.until(process, lambda: time_of(90) in [start[:19] for start in self.windows()])
        errors = self.stop(process)
        self.assertIn("3 late rows are in table 'late_rows'", errors)
        read = subprocess.run(
            [scratch.TIDEMARK, "run", "-", "--format", "json"], timeout=LIMIT_SECONDS, capture_output=True, text=True,
            check=True, input=f"""
            CREATE TABLE late_rows (source_split STRING, source_position BIGINT, window_start TIMESTAMP(3))
            WITH ({sink}, 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset',
                  'properties.isolation.level' = 'read_committed');
            SELECT * FROM late_rows;""")
        rows = [json.loads(line) for line in read.stdout.splitlines()]
        self.assertEqual(sorted(row["source_position"] for row in rows), [101, 102, 103])
        self.assertEqual({(row["source_split"], row["window_start"][:19]) for row in rows},
                         {(self.topic + "-0", time_of(0))})

    def test_a_partition_that_is_only_slow_loses_nothing(self):
        # Far more to read of one partition than of the others, which are silent for long before it is done.
        self.put((0, 0, 40_000), (1, 40_000, 40_000), (2, 40_000, 40_000), (3, 40_000, 40_000))
        process = self.start("SET 'tidemark.late-table' = 'late_rows'; SET 'tidemark.batch-size' = '64';",
                             scan_watermark_idle__timeout="1 ms")
        self.until(process, lambda: self.counted(40_000))
        self.assertEqual(self.rows_in("late"), [])
        self.stop(process)

    def test_a_partition_that_was_never_written_holds_nothing(self):
        self.put((0, 0, 100), (1, 0, 100))
        process = self.start()
        self.until(process, lambda: self.counted(100))
        splits = self.splits()
        for partition in "23":
            self.assertTrue(splits[partition]["never_written"])
            self.assertIsNone(splits[partition]["watermark_ms"])
        holder = splits["held_back_by"]
        self.assertFalse(holder and holder["split"] in (self.topic + "-2", self.topic + "-3"), holder)
        # Written at last, it counts like any other.
        self.put((2, 101, 120))
        self.until(process, lambda: self.came_to(120, 2))
        self.put((0, 101, 150), (1, 101, 150))
        self.until(process, lambda: self.counted(120))
        self.assertEqual(self.splits()["held_back_by"]["split"], self.topic + "-2")
        errors = self.stop(process)
        self.assertNotIn("late", errors)

    def test_partitions_wait_for_each_other(self):
        self.put((0, 0, 20_000), (1, 0, 20_000), (2, 0, 20_000), (3, 0, 10))
        options = {"scan_watermark_alignment_group": "g", "scan_watermark_alignment_max__drift": "50 s",
                   "scan_watermark_alignment_update__interval": "10 ms"}
        process = self.start("SET 'tidemark.batch-size' = '16';", **options)
        self.until(process, lambda: self.counted(10))
        splits = self.until(process, lambda: all(self.splits().get(str(p), {}).get("rows", 0) > 60 for p in range(3))
                            and self.splits())
        for partition in "012":
            self.assertLessEqual(splits[partition]["watermark_ms"], event_ms(10 + 50 + 16))
            self.assertGreater(splits[partition]["pending_rows"], 19_000)
        self.put((3, 11, 20_000))
        self.until(process, lambda: self.counted(20_000))
        self.stop(process)


if __name__ == "__main__":
    scratch.main()
