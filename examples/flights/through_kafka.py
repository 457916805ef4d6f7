#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A year of real flights through a real Kafka broker: a job reads them from one topic and writes delays into another,
exactly once; it is killed on the way and goes on. In the end its results, those of a batch and those of plain Python
must be the same rows. Ends all that it started.

  through_kafka.py JARS      the folder that scripts/install_kafka prints; exit code 3: the broker did not start
"""
import collections
import contextlib
import ctypes
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path("examples/flights")
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import kafka_broker
import kafka_consumer
import kafka_offsets
from expected import COLUMNS, expected_rows, row_of, rows_of

FOLDER = pathlib.Path("build/demo")
TIDEMARK = os.environ.get("TIDEMARK", "build/tidemark")
# A year goes by in 21 seconds.
SPEED = int(os.environ.get("SPEED", "1500000"))
PARTITIONS = 3
NO_BROKER = 3
SECONDS_MAX = 600
PR_SET_PDEATHSIG = 1


def say(text):
    print(f"\n\033[1m{text}\033[0m", flush=True)


def die_with_parent():
    """In a child, away from the terminal's Ctrl-C: it is we who end it, and the system if we cannot any more."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def start(command, **options):
    return subprocess.Popen(command, start_new_session=True, preexec_fn=die_with_parent, **options)


def end(process):
    if process.poll() is None:
        process.kill()
    process.wait()


class Results:
    """What any reader of committed records finds in topic `delays`, as it comes."""

    def __init__(self, broker):
        self.records = []
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.read, args=(broker,))
        self.thread.start()

    def read(self, broker):
        with kafka_consumer.consumer(broker, "delays", PARTITIONS) as next_value:
            while True:
                record = next_value(200)
                if record is None:
                    if self.closing.is_set():
                        return
                    continue
                self.records.append(record)  # what they say is looked at when nobody waits

    def close(self):
        """Reads what is there still."""
        self.closing.set()
        self.thread.join()

    def rows(self):
        return collections.Counter(map(row_of, self.records))


class Demo:
    def __init__(self, broker, stack):
        self.broker = broker
        self.stack = stack
        self.began = time.monotonic()

    def script(self, name):
        """The file of that name with the broker's address in it."""
        path = FOLDER / name
        path.write_text((HERE / name).read_text().replace("${BROKER}", self.broker.plain))
        return str(path)

    def create_topics(self):
        for topic in ("flights", "delays"):
            self.broker.tool("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", self.broker.plain, "--create",
                             "--topic", topic, "--partitions", PARTITIONS)

    def start_job(self):
        command = [TIDEMARK, "run", str(FOLDER / "kafka.sql"), "--state", str(FOLDER / "state"), "--quiet",
                   "--set", "execution.checkpointing.interval=1 s"]
        print(f"$ {' '.join(command)} &", flush=True)
        job = start(command)
        self.stack.callback(end, job)
        return job

    def start_feeding(self):
        feeder = start([TIDEMARK, "run", self.script("to_kafka.sql"), "--quiet", "--parallelism", "1",
                        "--set", f"tidemark.replay.speed={SPEED}"])
        self.stack.callback(end, feeder)
        return feeder

    def read_so_far(self):
        """How many events the job's last checkpoint covers: where its consumer group is."""
        offsets = [kafka_offsets.committed(self.broker.plain, "delays", "flights", partition) for partition in range(PARTITIONS)]
        return sum(max(offset or 0, 0) for offset in offsets)

    def tell(self, results):
        until = f"{row_of(results.records[-1])[0]:%d %b %Y}" if results.records else "-"
        print(f"  {time.monotonic() - self.began:5.1f} s   events of finished checkpoints {self.read_so_far():>8,}   "
              f"committed results {len(results.records):>8,}   up to {until}", flush=True)

    def watch(self, results, seconds, job, feeder):
        """Tells every two seconds how far it is, until the time is over or all is fed."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and feeder.poll() is None:
            self.check(job, feeder)
            time.sleep(min(2, max(0, deadline - time.monotonic())))
            self.tell(results)

    @staticmethod
    def check(*processes):
        for process in processes:
            if process.poll() not in (None, 0):
                raise SystemExit(f"{' '.join(process.args)} failed with exit code {process.returncode}")

    def live(self, events):
        """The year, with the crash in it. Gives the results."""
        self.script("kafka.sql")
        results = Results(self.broker.plain)
        self.stack.callback(results.close)
        self.began = time.monotonic()
        feeder = self.start_feeding()
        job = self.start_job()
        self.watch(results, random.uniform(6, 9), job, feeder)

        say(f"   kill -9 {job.pid}")
        job.send_signal(signal.SIGKILL)
        print(f"   The job is gone ({signal.Signals(-job.wait()).name}); a transaction may be half written. Flights go on departing:")
        self.tell(results)
        time.sleep(2)
        self.tell(results)

        say("   The same command again")
        job = self.start_job()
        self.watch(results, SECONDS_MAX, job, feeder)
        feeder.wait()
        self.check(feeder)
        subprocess.run([TIDEMARK, "run", self.script("year_over.sql"), "--quiet", "--parallelism", "1"], check=True)
        self.finish(results, job, events + PARTITIONS)
        return results

    def finish(self, results, job, events):
        """Until the job's last checkpoint covers all that was fed."""
        deadline = time.monotonic() + SECONDS_MAX
        while self.read_so_far() < events:
            self.check(job)
            if time.monotonic() > deadline:
                raise SystemExit("the job did not read all events")
            time.sleep(0.5)
        job.send_signal(signal.SIGINT)
        job.wait()
        self.check(job)
        results.close()
        self.tell(results)


def differ(name, rows, expected):
    missing, surplus = (expected - rows).total(), (rows - expected).total()
    print(f"  {name:46} {rows.total():>8,} rows, {missing} missing, {surplus} too many or doubled")
    return missing + surplus


def run(job):
    print(f"$ {' '.join(job)}", flush=True)
    subprocess.run(job, check=True)


def demo(jars, stack):
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    say("1. The events: every departure of 2013 from New York, in the order in which they happened")
    subprocess.run([sys.executable, HERE / "prepare.py", FOLDER], check=True)
    with open(FOLDER / "flights.json", encoding="utf-8") as lines:
        print(next(lines), end="")
        events = 1 + sum(1 for _ in lines)

    say("2. A real Apache Kafka broker, for this demo alone")
    try:
        broker = kafka_broker.Broker(jars, FOLDER.resolve() / "broker", PARTITIONS, seconds_max=SECONDS_MAX)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        print(error, file=sys.stderr)
        return NO_BROKER
    stack.callback(shutil.rmtree, FOLDER / "broker", ignore_errors=True)
    stack.callback(broker.stop)
    shown = Demo(broker, stack)
    shown.create_topics()
    print(f"It listens on {broker.plain} (process {broker.process.pid}); topics: flights, delays; {PARTITIONS} partitions each")

    say(f"3. Live: the year flows into topic `flights` at {SPEED:,.0f} times its speed; a job writes the delays of each hour\n"
        f"   into topic `delays`, exactly once, with a checkpoint every second; and it will crash")
    results = shown.live(events)

    say("4. The year once more, as a batch from the file into Parquet, by the same SQL")
    run([TIDEMARK, "run", str(HERE / "flights.sql"), "--set", "execution.runtime-mode=batch", "--quiet"])

    say("5. Is anything missing, is anything there twice? Three answers, row by row")
    expected = expected_rows(FOLDER)
    print(f"  {'plain Python':46} {expected.total():>8,} rows")
    wrong = differ("batch, Parquet", rows_of(FOLDER / "delays"), expected)
    wrong += differ("stream through Kafka, with a crash", results.rows(), expected)
    if wrong:
        print("No: they differ. That is a bug: please report it.", file=sys.stderr)
        return 1
    print(f"Yes, all is there, once: {expected.total():,} rows of {len(COLUMNS)} columns, equal to the last one.")

    say("6. What the year was like")
    worst = (HERE / "worst.sql").read_text().replace("${FOLDER}", str(FOLDER / "delays"))
    subprocess.run([TIDEMARK, "run", "-", "--quiet", "--set", "execution.runtime-mode=batch"], input=worst.encode(), check=True)
    print(f"""
What happened: {events:,} events went through Kafka and a job that was killed with kill -9; its results are right to the last row.
Try next:
  {TIDEMARK} checkpoints {FOLDER}/state           what the job has kept
  {TIDEMARK} explain {HERE}/flights.sql      how it is run: what is read, exchanged, remembered
  {TIDEMARK} run {HERE}/live.sql             the year in the terminal, from the file, at full speed
  {TIDEMARK} sql                                  a prompt of your own
  SPEED=500000 {HERE}/demo                        slower""")
    return 0


def main():
    def stop(number, _frame):
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
    os.chdir(ROOT)
    try:
        with contextlib.ExitStack() as stack:
            return demo(sys.argv[1], stack)
    except KeyboardInterrupt:
        print("\nStopped; everything that was started has ended.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
