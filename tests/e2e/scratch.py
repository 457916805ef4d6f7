# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: the program, a folder of their own, children that heed signals,
events, and the summary."""
import collections
import datetime
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

# Windows of a table, which is a folder of files, into another; and a state that grows. {monitor}: an option, or nothing.
COUNTS_SCRIPT = """
CREATE TABLE events (k BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{folder}/events', 'format' = 'json'{monitor});
CREATE TABLE counts (k BIGINT, window_start TIMESTAMP(3), n BIGINT, total BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{folder}/counts', 'format' = 'json');
CREATE TABLE latest (k BIGINT, n BIGINT) WITH ('connector' = 'blackhole');
EXECUTE STATEMENT SET BEGIN
INSERT INTO counts SELECT k, window_start, COUNT(*), SUM(v)
  FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY k, window_start, window_end;
INSERT INTO latest SELECT k, COUNT(*) FROM events GROUP BY k;
END;
"""
COUNTS_JOB = "counts+latest"
# Completes every window before it, and stays in one that is never complete.
LAST_ROW = '{"k":1,"v":1,"ts":"2030-01-01 00:00:00.000"}\n'
MONITOR = ", 'source.monitor-interval' = '20 ms'"

# Set by main.
TIDEMARK = ""
SCRATCH = pathlib.Path()


def heed_signals():
    """In the child: what runs in the background of a shell, or under nohup, would ignore these otherwise."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def wait_until(condition, seconds=60, what="what was waited for"):
    """The first true answer of `condition`, which is asked again and again, and leaves the processor to others between."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come within {seconds} s")
        pause.wait(0.001)


def started(test, arguments, seconds, environment=None):
    """A run of the program that heeds signals and is killed after so many seconds, or when the test is over.
    `environment`: of the run; None: as this one."""
    process = subprocess.Popen([TIDEMARK, "run", *arguments], stderr=subprocess.PIPE, text=True, env=environment,
                               preexec_fn=heed_signals)
    limit = threading.Timer(seconds, process.kill)
    limit.daemon = True
    limit.start()
    test.addCleanup(_end, process, limit)
    return process


def _end(process, limit):
    limit.cancel()
    process.kill()
    process.wait()
    process.stderr.close()


def until(test, process, condition, seconds, what=lambda: ""):
    """wait_until, of what a process does: it must not end before (None: nothing need run). `what`: told when it did not
    come to it."""
    def now():
        answer = condition()
        if not answer and process is not None and process.poll() is not None:
            test.fail(process.communicate()[1])
        return answer

    try:
        return wait_until(now, seconds)
    except TimeoutError:
        return test.fail(f"it did not come to it in time {what()}")


def write_events(path, rows):
    """Lines of JSON, some of which are out of order, none of them late by five seconds."""
    draw = random.Random(7)
    at = datetime.datetime(2024, 1, 1)
    with open(path, "w", encoding="utf-8") as events:
        for _ in range(rows):
            at += datetime.timedelta(milliseconds=draw.randint(0, 20))
            ts = at - datetime.timedelta(milliseconds=draw.choice([0, 0, 0, 1000, 4000]))
            text = ts.isoformat(sep=" ", timespec="milliseconds")
            events.write(json.dumps({"k": draw.randint(0, 500), "v": draw.randint(0, 100), "ts": text}) + "\n")


def give(path, lines):
    """A file that appears whole."""
    hidden = path.with_name("." + path.name)
    hidden.write_text("".join(lines), encoding="utf-8")
    hidden.rename(path)


def visible_lines(folder):
    """Lines of the files that a sink has shown in a folder, with how often they are there."""
    lines = collections.Counter()
    for file in folder.glob("part-*"):
        lines.update(file.read_text(encoding="utf-8").splitlines())
    return lines


def main():
    """Runs the tests of the script at hand, which was called with the program and the folder."""
    global TIDEMARK, SCRATCH
    TIDEMARK = str(pathlib.Path(sys.argv[1]).resolve())
    SCRATCH = pathlib.Path(sys.argv[2]).resolve()
    shutil.rmtree(SCRATCH, ignore_errors=True)
    SCRATCH.mkdir(parents=True)
    outcome = unittest.main(argv=sys.argv[:1], exit=False).result
    shutil.rmtree(SCRATCH, ignore_errors=True)
    failed = len(outcome.failures) + len(outcome.errors)
    print(f"{outcome.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed or outcome.testsRun == 0 else 0)
