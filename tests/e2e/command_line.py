#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program as a user meets it: exit codes, what is said where, stopping, and what happens when files misbehave.

  command_line.py TIDEMARK SCRATCH_FOLDER
"""
import contextlib
import fcntl
import gzip
import json
import os
import pathlib
import pty
import resource
import select
import shutil
import signal
import subprocess
import sys
import termios
import threading
import time
import unittest

TIDEMARK = ""
SCRATCH = pathlib.Path()


def tidemark(*arguments, text="", **options):
    return subprocess.run([TIDEMARK, *arguments], input=text.encode(), capture_output=True, timeout=60, **options)


def heed_interrupts():
    """In the child: what runs in the background of a shell would ignore SIGINT otherwise."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextlib.contextmanager
def started(script, *arguments):
    """A run of `script` in the background, ended at the latest with the block, and after a minute whatever is waited for."""
    process = subprocess.Popen([TIDEMARK, "run", "-", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, preexec_fn=heed_interrupts)
    limit = threading.Timer(60, process.kill)
    limit.start()
    with process:
        try:
            process.stdin.write(script.encode())
            process.stdin.close()
            yield process
        finally:
            limit.cancel()
            process.kill()


def table(path, format_name, *more):
    options = {"connector": "filesystem", "path": str(path), "format": format_name, **dict(more)}
    settings = ", ".join(f"'{key}' = '{value}'" for key, value in options.items())
    return f"CREATE TABLE t (a INT, b STRING) WITH ({settings});"


class Scripts(unittest.TestCase):
    def check(self, result, code, *texts):
        error = result.stderr.decode()
        self.assertEqual(result.returncode, code, error)
        for text in texts:
            self.assertIn(text, error)

    def test_rows_of_each_format(self):
        script = "SELECT * FROM (VALUES (1, 'x,y'), (2, CAST(NULL AS STRING))) AS v (a, b);"
        expected = {
            "csv": 'a,b\n1,"x,y"\n2,\n',
            "json": '{"a":1,"b":"x,y"}\n{"a":2,"b":null}\n',
            "changelog": "+I[1, x,y]\n+I[2, null]\n",
        }
        for name, text in expected.items():
            result = tidemark("run", "-", "--format", name, text=script)
            self.check(result, 0)
            self.assertEqual(result.stdout.decode(), text)

    def test_changelog_shows_each_change(self):
        script = "SELECT a, SUM(b) FROM (VALUES ('x', 1), ('x', 2), ('y', 4), ('x', 0)) AS v (a, b) GROUP BY a;"
        result = tidemark("run", "-", "--format", "changelog", "--parallelism", "1", text=script)
        self.check(result, 0)
        self.assertEqual(result.stdout.decode(), "+I[x, 1]\n-U[x, 1]\n+U[x, 3]\n+I[y, 4]\n")

    def test_what_is_no_script(self):
        self.check(tidemark("run", str(SCRATCH / "none.sql")), 2, "none.sql", "No such file")
        self.check(tidemark("run", str(SCRATCH)), 2, "a folder")
        self.check(tidemark("check", str(SCRATCH)), 2, "a folder")
        self.check(tidemark("run", "-", "--config", str(SCRATCH)), 2, "configuration file")
        self.check(tidemark("run", "-", text=""), 0)
        self.check(tidemark("run", "-", text="-- nothing but a comment\n"), 0)

    def test_wrong_options(self):
        self.check(tidemark("run", "-", "--set", "tidemark.memroy=1"), 2, "Did you mean 'tidemark.memory'?")
        self.check(tidemark("run", "-", "--parallelism", "0"), 2, "--parallelism")
        self.check(tidemark("run", "-", "--format", "xml"), 2, "changelog")
        self.check(tidemark("frob"), 2, "frob")

    def test_closed_streams_do_not_become_files(self):
        script = (table(SCRATCH / "closed", "csv") + "CREATE TABLE p (a INT, b STRING) WITH ('connector' = 'print');"
                  "INSERT INTO t VALUES (1, 'x'); INSERT INTO p VALUES (2, 'y');")
        (SCRATCH / "closed.sql").write_text(script)
        process = subprocess.run(["sh", "-c", 'exec "$0" run "$1" <&- >&- 2>&-', TIDEMARK, SCRATCH / "closed.sql"], timeout=60)
        self.assertEqual(process.returncode, 0)
        self.assertEqual([file.read_text() for file in (SCRATCH / "closed").iterdir()], ["1,x\n"])

    def test_output_that_goes_nowhere(self):
        for arguments in (["--help"], ["explain", "-"], ["check", "-"], ["run", "-"]):
            with open("/dev/full", "w") as full:
                result = subprocess.run([TIDEMARK, *arguments], input=b"SELECT 1;", stdout=full, stderr=subprocess.PIPE, timeout=60)
            self.check(result, 1, "output")

    def test_a_slip_in_the_last_statement_is_found_before_the_first_runs(self):
        target = SCRATCH / "first"
        script = table(target, "json") + "INSERT INTO t VALUES (1, 'x'); SELEC 1;"
        self.check(tidemark("run", "-", text=script), 2, "error", "^")
        self.assertFalse(target.exists())

    def test_not_supported_yet(self):
        script = "SELECT SUM(a) OVER (ORDER BY PROCTIME()) FROM (VALUES (1)) AS v (a);"
        self.check(tidemark("run", "-", text=script), 2, "not supported yet", "^")

    def test_patterns_that_are_none(self):
        # Only the program itself is linked with both Arrow's RE2 and its own.
        result = tidemark("run", "-", "--format", "csv", text="SELECT REGEXP('b', '?'), REGEXP('b', 'a**'), REGEXP('\u00e9', '\\\u00e9');")
        self.check(result, 0)
        self.assertIn("FALSE,FALSE,TRUE", result.stdout.decode().upper())
        self.check(tidemark("run", "-", text="SELECT REGEXP('b', 'a{1001}');"), 1, "not supported yet")

    def test_a_reader_that_goes_away_ends_the_program(self):
        options = "'connector' = 'datagen', 'rows-per-second' = '1000000'"
        script = f"CREATE TABLE t (a INT) WITH ({options}); SELECT * FROM t;"
        with started(script, "--format", "json") as process:
            self.assertTrue(json.loads(process.stdout.readline()))
            process.stdout.close()
            process.wait(timeout=30)


class Inputs(unittest.TestCase):
    def count(self, path, format_name, *more):
        script = table(path, format_name, *more) + "SELECT COUNT(*) FROM t;"
        return tidemark("run", "-", "--format", "json", "--set", "execution.runtime-mode=batch", text=script)

    def fails(self, result, *texts):
        self.assertEqual(result.returncode, 1, result.stderr.decode())
        for text in texts:
            self.assertIn(text, result.stderr.decode())

    def test_truncated_and_damaged(self):
        lines = "".join(json.dumps({"a": i, "b": "x" * 50}) + "\n" for i in range(20000)).encode()
        whole = gzip.compress(lines)
        (SCRATCH / "cut.json.gz").write_bytes(whole[: len(whole) // 2])
        self.fails(self.count(SCRATCH / "cut.json.gz", "json"), "cut.json.gz", "cut off")
        (SCRATCH / "cut.json").write_bytes(lines[:-20])
        self.fails(self.count(SCRATCH / "cut.json", "json"), "cut.json:20000")
        for name in ("json", "csv", "parquet"):
            (SCRATCH / "noise").write_bytes(os.urandom(5000))
            self.fails(self.count(SCRATCH / "noise", name), "noise")

    def test_bad_records_are_skipped_and_counted_where_asked(self):
        (SCRATCH / "some.json").write_text('{"a":1}\nnot json\n{"a":2}\n{"a":"x"}\n')
        script = table(SCRATCH / "some.json", "json", ("tidemark.bad-records", "skip")) + "SELECT a FROM t;"
        result = tidemark("run", "-", "--format", "json", text=script)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        self.assertEqual(result.stdout.decode(), '{"a":1}\n{"a":2}\n')
        self.assertIn("2 bad records", result.stderr.decode())

    def test_empty_and_missing(self):
        (SCRATCH / "empty").write_bytes(b"")
        for name in ("json", "csv"):
            self.assertEqual(self.count(SCRATCH / "empty", name).stdout.decode(), '{"EXPR$0":0}\n')
        self.fails(self.count(SCRATCH / "empty", "parquet"), "empty")
        self.fails(self.count(SCRATCH / "none", "json"), "No such file")

    def test_a_pipe_is_no_file(self):
        os.mkfifo(SCRATCH / "pipe")
        self.fails(self.count(SCRATCH / "pipe", "json"), "pipe", "'connector' = 'stdin'")

    def test_a_record_without_end_takes_bounded_memory(self):
        with open(SCRATCH / "long.json", "wb") as out:
            out.write(b'{"a":1,"b":"')
            for _ in range(300):
                out.write(b"x" * (1 << 20))
            out.write(b'"}\n')
        self.fails(self.count(SCRATCH / "long.json", "json"), "tidemark.max-record-size")
        (SCRATCH / "long.json").unlink()

    def test_a_folder_that_vanishes_while_it_is_watched(self):
        folder = SCRATCH / "watched"
        folder.mkdir()
        (folder / "a.json").write_text('{"a":1,"b":"x"}\n')
        script = table(folder, "json", ("source.monitor-interval", "50 ms")) + "SELECT a FROM t;"
        with started(script, "--format", "json") as process:
            self.assertEqual(process.stdout.readline(), b'{"a":1}\n')
            shutil.rmtree(folder)
            error = process.stderr.read().decode()
            self.assertEqual(process.wait(timeout=30), 1)
        self.assertIn("watched", error)


class Outputs(unittest.TestCase):
    def test_stopping_leaves_complete_files_only(self):
        target = SCRATCH / "stopped"
        options = f"'connector' = 'filesystem', 'path' = '{target}', 'format' = 'json', 'sink.rolling-policy.file-size' = '1MB'"
        script = ("CREATE TABLE s (a BIGINT, b STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '200000');"
                  f"CREATE TABLE t (a BIGINT, b STRING) WITH ({options}); INSERT INTO t SELECT * FROM s;")
        with started(script, "--parallelism", "2") as process:
            deadline = time.monotonic() + 40
            while not (target.exists() and any(f.name.startswith("part-") for f in target.iterdir())):
                self.assertLess(time.monotonic(), deadline, "no file came")
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=30), 0, process.stderr.read())
        files = list(target.iterdir())
        self.assertTrue(files)
        for file in files:
            self.assertTrue(file.name.startswith("part-"), file)
            for line in file.read_text().splitlines():
                json.loads(line)

    def test_a_disk_that_takes_no_more(self):
        target = SCRATCH / "limited"
        script = ("CREATE TABLE s (a BIGINT, b STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '100000', "
                  "'rows-per-second' = '10000000');"
                  f"CREATE TABLE t (a BIGINT, b STRING) WITH ('connector' = 'filesystem', 'path' = '{target}', "
                  "'format' = 'json'); INSERT INTO t SELECT * FROM s;")

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

        result = tidemark("run", "-", text=script, preexec_fn=limit)
        self.assertEqual(result.returncode, 1, result.stderr.decode())
        self.assertIn("Sink(t)", result.stderr.decode())
        self.assertEqual([f.name for f in target.iterdir() if f.name.startswith("part-")], [])


class Prompt(unittest.TestCase):
    def setUp(self):
        self.screen, terminal = pty.openpty()
        self.process = subprocess.Popen([TIDEMARK, "sql"], stdin=terminal, stdout=terminal, stderr=terminal,
                                        start_new_session=True, env={**os.environ, "HOME": str(SCRATCH), "TERM": "dumb"},
                                        preexec_fn=self.take_terminal)
        os.close(terminal)
        self.shown = b""
        self.expect("tidemark> ")

    @staticmethod
    def take_terminal():
        heed_interrupts()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def tearDown(self):
        self.process.kill()
        self.process.wait()
        os.close(self.screen)

    def type(self, text):
        os.write(self.screen, text.encode())

    def expect(self, text):
        """Reads what is shown up to the next `text`."""
        while text.encode() not in self.shown:
            ready, _, _ = select.select([self.screen], [], [], 30)
            self.assertTrue(ready, f"{text!r} did not come after {self.shown.decode()!r}")
            self.shown += os.read(self.screen, 4096)
        self.shown = self.shown.split(text.encode(), 1)[1]

    def test_ctrl_c_gives_up_what_was_typed_and_ctrl_d_leaves(self):
        self.type("SELECT nonsense\n")
        self.expect("-> ")
        self.type("\x03\x03\x03")
        self.expect("tidemark> ")
        self.type("SELECT 20 + 3 AS total;\n")
        self.expect("   23 |")
        self.expect("tidemark> ")
        self.leave()

    def leave(self):
        """Ctrl-D, again until the program heeds it: the prompt is shown before the terminal leaves its line mode, in which this
        key is lost. What is shown has to be read meanwhile; the program waits for that before it ends."""
        deadline = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):  # the program has just closed its end
                self.type("\x04")
                if select.select([self.screen], [], [], 0.2)[0]:
                    os.read(self.screen, 4096)
        self.assertEqual(self.process.wait(timeout=1), 0)

    def test_text_beyond_ascii(self):
        self.type("SELECT 'Zoë 🎉' AS x, CHAR_LENGTH('Zoë 🎉') AS n;\n")
        self.expect("| Zoë 🎉 | 5 |")
        self.expect("tidemark> ")
        self.leave()

    def test_ctrl_c_ends_an_endless_query_and_not_the_prompt(self):
        self.type("CREATE TABLE c (u INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000');\n")
        self.expect("tidemark> ")
        self.type("SELECT COUNT(*) AS rows_so_far FROM c;\n")
        self.expect("| rows_so_far")
        self.type("\x03")
        self.expect("tidemark> ")
        self.type("quit;\n")
        self.assertEqual(self.process.wait(timeout=30), 0)


if __name__ == "__main__":
    TIDEMARK = str(pathlib.Path(sys.argv[1]).resolve())
    SCRATCH = pathlib.Path(sys.argv[2]).resolve()
    shutil.rmtree(SCRATCH, ignore_errors=True)
    SCRATCH.mkdir(parents=True)
    outcome = unittest.main(argv=sys.argv[:1], exit=False).result
    shutil.rmtree(SCRATCH, ignore_errors=True)
    failed = len(outcome.failures) + len(outcome.errors)
    print(f"{outcome.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed or outcome.testsRun == 0 else 0)
