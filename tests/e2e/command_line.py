#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program as a user meets it: exit codes, what is said where, stopping, and what happens when files misbehave.

  command_line.py TIDEMARK SCRATCH_FOLDER
"""
import contextlib
import gzip
import json
import os
import resource
import shutil
import signal
import subprocess
import threading
import time
import unittest

import scratch


def tidemark(*arguments, text="", **options):
    return subprocess.run([scratch.TIDEMARK, *arguments], input=text.encode(), capture_output=True, timeout=60, **options)


@contextlib.contextmanager
def started(script, *arguments):
    """A run of `script` in the background, ended at the latest with the block, and after a minute whatever is waited for."""
    process = subprocess.Popen([scratch.TIDEMARK, "run", "-", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, preexec_fn=scratch.heed_signals)
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

    def test_sources_that_never_read_ahead(self):
        script = ("CREATE TABLE t (a INT, seen TIMESTAMP(3) {}) WITH ('connector' = 'datagen', 'number-of-rows' = '50');"
                  "SELECT COUNT(*) FROM t;")
        for watermark in ("", ", WATERMARK FOR seen AS seen"):
            result = tidemark("run", "-", "--format", "csv", "--set", "tidemark.source.read-ahead=0",
                              "--set", "execution.runtime-mode=batch", text=script.format(watermark))
            self.check(result, 0)
            self.assertEqual(result.stdout.decode().split("\n")[1], "50")

    def test_what_is_no_script(self):
        self.check(tidemark("run", str(scratch.SCRATCH / "none.sql")), 2, "none.sql", "No such file")
        self.check(tidemark("run", str(scratch.SCRATCH)), 2, "a folder")
        self.check(tidemark("check", str(scratch.SCRATCH)), 2, "a folder")
        self.check(tidemark("run", "-", "--config", str(scratch.SCRATCH)), 2, "configuration file")
        self.check(tidemark("run", "-", text=""), 0)
        self.check(tidemark("run", "-", text="-- nothing but a comment\n"), 0)

    def test_wrong_options(self):
        self.check(tidemark("run", "-", "--set", "tidemark.memroy=1"), 2, "Did you mean 'tidemark.memory'?")
        self.check(tidemark("run", "-", "--parallelism", "0"), 2, "--parallelism")
        self.check(tidemark("run", "-", "--format", "xml"), 2, "changelog")
        self.check(tidemark("frob"), 2, "frob")
        self.check(tidemark("x.sql"), 2, "Did you mean: tidemark run x.sql?")
        self.check(tidemark("chekc", "x.sql"), 2, "Did you mean: tidemark check x.sql?")
        self.check(tidemark("explain", "--format", "json", "x.sql"), 2, "--format is an option of: run, sql")

    def test_a_folder_that_is_not_named(self):
        for arguments in (("--state", ""), ("--state", "x", "--from-savepoint", "")):
            self.check(tidemark("run", "-", *arguments), 2, "it is empty")

    def test_secrets_are_not_repeated(self):
        settings = scratch.SCRATCH / "settings.yaml"
        for line in ("s3.secret-key topsecret", "s3.secret-key=topsecret", "s3.secret-key topsecret # a: b"):
            settings.write_text(f"# keys\n{line}\n")
            result = tidemark("run", "-", "--config", str(settings))
            self.check(result, 2, "settings.yaml:2: expected 'key: value'")
            self.assertNotIn(b"topsecret", result.stdout + result.stderr)
        address = "s3://KEY:topsecret@bucket/x"
        folder = str(scratch.SCRATCH / "state")
        for code, arguments in ((2, ("run", "-", "--state", address)),
                                (2, ("run", "-", "--state", folder, "--from-savepoint", address)),
                                (1, ("checkpoints", address)), (1, ("savepoint", address)),
                                (1, ("savepoint", folder, address)), (1, ("state", address))):
            result = tidemark(*arguments)
            self.check(result, code, "s3.secret-key in the file of --config")
            self.assertNotIn(b"topsecret", result.stdout + result.stderr)
        for key in ("execution.checkpointing.savepoint-dir", "execution.checkpointing.dir"):
            result = tidemark("run", "-", text=f"SET '{key}' = '{address}'; SET;")
            self.check(result, 2, "s3.secret-key in the file of --config")
            self.assertNotIn(b"topsecret", result.stdout + result.stderr)

    def test_input_without_a_command(self):
        result = tidemark(text="SELECT 1;")
        self.check(result, 2, "Write: tidemark run -")
        self.assertEqual(result.stdout, b"")

    def test_closed_streams_do_not_become_files(self):
        script = (table(scratch.SCRATCH / "closed", "csv") + "CREATE TABLE p (a INT, b STRING) WITH ('connector' = 'print');"
                  "INSERT INTO t VALUES (1, 'x'); INSERT INTO p VALUES (2, 'y');")
        (scratch.SCRATCH / "closed.sql").write_text(script)
        process = subprocess.run(["sh", "-c", 'exec "$0" run "$1" <&- >&- 2>&-', scratch.TIDEMARK, scratch.SCRATCH / "closed.sql"], timeout=60)
        self.assertEqual(process.returncode, 0)
        self.assertEqual([file.read_text() for file in (scratch.SCRATCH / "closed").iterdir()], ["1,x\n"])

    def test_output_that_goes_nowhere(self):
        for arguments in (["--help"], ["explain", "-"], ["check", "-"], ["run", "-"]):
            with open("/dev/full", "w") as full:
                result = subprocess.run([scratch.TIDEMARK, *arguments], input=b"SELECT 1;", stdout=full, stderr=subprocess.PIPE, timeout=60)
            self.check(result, 1, "output")

    def test_a_slip_in_the_last_statement_is_found_before_the_first_runs(self):
        target = scratch.SCRATCH / "first"
        script = table(target, "json") + "INSERT INTO t VALUES (1, 'x'); SELEC 1;"
        self.check(tidemark("run", "-", text=script), 2, "error", "^")
        self.assertFalse(target.exists())

    def test_filters_reach_the_reader_whichever_columns_are_read(self):
        for columns in ("*", "a", "b", "COUNT(*)"):
            result = tidemark("explain", "-", text=table(scratch.SCRATCH, "parquet") + f"SELECT {columns} FROM t WHERE a > 5;")
            self.assertIn("pushed down to the reader: a > 5", result.stdout.decode())

    def test_settings_are_those_of_the_statement(self):
        target = scratch.SCRATCH / "zoned"
        folder = scratch.SCRATCH / "numbers"
        folder.mkdir()
        (folder / "a.csv").write_text("0\n")
        sink = f"'connector' = 'filesystem', 'path' = '{target}', 'format' = 'csv', 'sink.rolling-policy.rollover-interval' = '50 ms'"
        script = ("CREATE TABLE s (a BIGINT) WITH ('connector' = 'filesystem', 'format' = 'csv', "
                  f"'path' = '{folder}', 'source.monitor-interval' = '1 s'); CREATE TABLE t (a STRING) WITH ({sink});"
                  "SET 'table.local-time-zone' = 'Asia/Tokyo';"
                  "INSERT INTO t SELECT CAST(TO_TIMESTAMP_LTZ(a, 0) AS STRING) FROM s;")
        with started(script + "SET 'table.local-time-zone' = 'UTC';") as process:
            deadline = time.monotonic() + 40
            while not (target.exists() and any(f.name.startswith("part-") for f in target.iterdir())):
                self.assertLess(time.monotonic(), deadline, "no file came")
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=30), 0, process.stderr.read())
        self.assertIn("1970-01-01 09:00:00", next(target.iterdir()).read_text())
        two = script + "SET 'table.local-time-zone' = 'UTC'; INSERT INTO t SELECT CAST(a AS STRING) FROM s;"
        self.check(tidemark("run", "-", text=two), 2, "'table.local-time-zone' is set differently")

    def test_not_supported_yet(self):
        script = "SELECT SUM(a) OVER (ORDER BY PROCTIME()) FROM (VALUES (1)) AS v (a);"
        self.check(tidemark("run", "-", text=script), 2, "not supported yet", "^")

    def test_patterns_that_are_none(self):
        # Only the program itself is linked with both Arrow's RE2 and its own.
        result = tidemark("run", "-", "--format", "csv", text="SELECT REGEXP('b', '?'), REGEXP('b', 'a**'), REGEXP('\u00e9', '\\\u00e9');")
        self.check(result, 0)
        self.assertIn("FALSE,FALSE,TRUE", result.stdout.decode().upper())
        self.check(tidemark("run", "-", text="SELECT REGEXP('b', 'a{1001}');"), 2, "not supported yet")
        self.check(tidemark("run", "-", text="SELECT REGEXP('b', x) FROM (VALUES ('(?<=a)b')) AS v (x);"), 1, "not supported yet")

    def test_piped_statements_all_run_and_a_failure_shows_in_the_exit_code(self):
        for text, code in (("SELECT nope;\nSELECT 1;\n", 2), ("SELECT 1 / 0;\nSELECT 1;\n", 1), ("SELECT 1;\nQUIT;\n", 0)):
            result = tidemark("sql", "--format", "csv", text=text)
            self.check(result, code)
            self.assertIn("EXPR$0\n1\n", result.stdout.decode())

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
        (scratch.SCRATCH / "cut.json.gz").write_bytes(whole[: len(whole) // 2])
        self.fails(self.count(scratch.SCRATCH / "cut.json.gz", "json"), "cut.json.gz", "cut off")
        (scratch.SCRATCH / "cut.json").write_bytes(lines[:-20])
        self.fails(self.count(scratch.SCRATCH / "cut.json", "json"), "cut.json:20000")
        damaged = bytearray(gzip.compress(lines, compresslevel=0))  # stored as it is, so the bytes still unpack
        damaged[5000] ^= 0xFF
        (scratch.SCRATCH / "bit.json.gz").write_bytes(damaged)
        self.fails(self.count(scratch.SCRATCH / "bit.json.gz", "json"), "bit.json.gz: damaged gzip data")
        for name in ("json", "csv", "parquet"):
            (scratch.SCRATCH / "noise").write_bytes(os.urandom(5000))
            self.fails(self.count(scratch.SCRATCH / "noise", name), "noise")

    def test_bad_records_are_skipped_and_counted_where_asked(self):
        (scratch.SCRATCH / "some.json").write_text('{"a":1}\nnot json\n{"a":2}\n{"a":"x"}\n')
        script = table(scratch.SCRATCH / "some.json", "json", ("tidemark.bad-records", "skip")) + "SELECT a FROM t;"
        result = tidemark("run", "-", "--format", "json", text=script)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        self.assertEqual(result.stdout.decode(), '{"a":1}\n{"a":2}\n')
        self.assertIn("2 bad records", result.stderr.decode())

    def test_bad_records_go_to_the_dead_letter_table(self):
        (scratch.SCRATCH / "letters.json").write_text('{"a":1}\nnot json\n{"a":2}\n')
        letters = scratch.SCRATCH / "letters"
        script = (table(scratch.SCRATCH / "letters.json", "json", ("tidemark.bad-records", "dead-letter")) +
                  "CREATE TABLE letters (record STRING, `position` STRING) WITH ('connector' = 'filesystem', 'format' = 'json', "
                  f"'path' = '{letters}'); SELECT a FROM t;")
        name = ("--set", "tidemark.dead-letter-table=letters")
        result = tidemark("run", "-", "--format", "csv", *name, text=script)
        self.assertEqual((result.returncode, result.stdout), (0, b"a\n1\n2\n"), result.stderr.decode())
        self.assertIn("1 bad records were skipped or written to table 'letters'", result.stderr.decode())
        kept = [json.loads(line) for file in letters.iterdir() for line in file.read_text().splitlines()]
        self.assertEqual(kept, [{"record": "not json", "position": f"{scratch.SCRATCH}/letters.json:2"}])
        for command in ("run", "check"):
            self.assertEqual(tidemark(command, "-", *name, text=script.replace("record STRING", "text STRING")).returncode, 2)
            self.assertEqual(tidemark(command, "-", text=script).returncode, 2)

    def test_empty_and_missing(self):
        (scratch.SCRATCH / "empty").write_bytes(b"")
        for name in ("json", "csv"):
            self.assertEqual(self.count(scratch.SCRATCH / "empty", name).stdout.decode(), '{"EXPR$0":0}\n')
        self.fails(self.count(scratch.SCRATCH / "empty", "parquet"), "empty")
        self.fails(self.count(scratch.SCRATCH / "none", "json"), "No such file")

    def test_nothing_to_read_is_said(self):
        (scratch.SCRATCH / "nothing").mkdir()
        result = self.count(str(scratch.SCRATCH / "nothing" / "no*.csv"), "csv")
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        self.assertIn("Source(t) had nothing to read", result.stderr.decode())

    def test_links_that_lead_nowhere_are_passed_over(self):
        folder = scratch.SCRATCH / "links"
        folder.mkdir()
        (folder / "a.csv").write_text("1,x\n")
        (folder / "loop.csv").symlink_to("loop.csv")
        (folder / "dangling.csv").symlink_to("none.csv")
        self.assertEqual(self.count(folder, "csv").stdout.decode(), '{"EXPR$0":1}\n')

    def test_a_file_that_is_replaced_while_it_is_read(self):
        path = scratch.SCRATCH / "replaced.json"
        path.write_text('{"a":1,"b":"old"}\n' * 1_000_000)
        (scratch.SCRATCH / "new.json").write_text('{"a":2,"b":"new"}\n' * 1_000_000)
        script = table(path, "json") + "SELECT a FROM t;"
        with started(script, "--format", "csv", "--set", "tidemark.channel-capacity=1") as process:
            self.assertEqual([process.stdout.readline() for _ in range(2)], [b"a\n", b"1\n"])
            (scratch.SCRATCH / "new.json").replace(path)
            process.stdout.read()
            self.assertEqual(process.wait(timeout=30), 1)
            self.assertIn("replaced.json: was replaced while it was read", process.stderr.read().decode())

    def test_standard_input_is_read_once(self):
        script = "CREATE TABLE i (a INT) WITH ('connector' = 'stdin', 'format' = 'csv'); SELECT a FROM i;"
        self.fails_at_once(tidemark("run", "-", text=script), "Standard input is the script")
        (scratch.SCRATCH / "stdin.sql").write_text(script)
        self.assertEqual(tidemark("run", str(scratch.SCRATCH / "stdin.sql"), "--format", "csv", text="5\n").stdout, b"a\n5\n")
        (scratch.SCRATCH / "stdin.sql").write_text(script + script[script.index("SELECT"):])
        self.fails_at_once(tidemark("run", str(scratch.SCRATCH / "stdin.sql"), text="5\n"), "read by an earlier statement")

    def fails_at_once(self, result, text):
        self.assertEqual((result.returncode, result.stdout), (2, b""))
        self.assertIn(text, result.stderr.decode())

    def test_a_pipe_is_no_file(self):
        os.mkfifo(scratch.SCRATCH / "pipe")
        self.fails(self.count(scratch.SCRATCH / "pipe", "json"), "pipe", "'connector' = 'stdin'")

    def test_a_record_without_end_takes_bounded_memory(self):
        with open(scratch.SCRATCH / "long.json", "wb") as out:
            out.write(b'{"a":1,"b":"')
            for _ in range(300):
                out.write(b"x" * (1 << 20))
            out.write(b'"}\n')
        self.fails(self.count(scratch.SCRATCH / "long.json", "json"), "tidemark.max-record-size")
        (scratch.SCRATCH / "long.json").unlink()

    def test_a_folder_that_vanishes_while_it_is_watched(self):
        folder = scratch.SCRATCH / "watched"
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
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                self.check_stopping(number)

    def check_stopping(self, number):
        target = scratch.SCRATCH / f"stopped-{number.name}"
        options = f"'connector' = 'filesystem', 'path' = '{target}', 'format' = 'json', 'sink.rolling-policy.file-size' = '1MB'"
        script = ("CREATE TABLE s (a BIGINT, b STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '200000');"
                  f"CREATE TABLE t (a BIGINT, b STRING) WITH ({options}); INSERT INTO t SELECT * FROM s;")
        with started(script, "--parallelism", "2") as process:
            deadline = time.monotonic() + 40
            while not (target.exists() and any(f.name.startswith("part-") for f in target.iterdir())):
                self.assertLess(time.monotonic(), deadline, "no file came")
            for _ in range(2):  # some senders signal a process and its group
                process.send_signal(number)
            self.assertEqual(process.wait(timeout=30), 0, process.stderr.read())
        files = list(target.iterdir())
        self.assertTrue(files)
        for file in files:
            self.assertTrue(file.name.startswith("part-"), file)
            for line in file.read_text().splitlines():
                json.loads(line)

    def test_a_signal_that_comes_before_the_job(self):
        pipe = scratch.SCRATCH / "script"
        os.mkfifo(pipe)
        script = (b"CREATE TABLE s (a BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');"
                  b"CREATE TABLE t (a BIGINT) WITH ('connector' = 'blackhole'); INSERT INTO t SELECT * FROM s;")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                process = scratch.started(self, [str(pipe)], 60)
                with open(pipe, "wb"):  # it waits for its script
                    process.send_signal(number)
                    errors = process.communicate()[1]
                self.assertEqual((process.returncode, errors), (1, "tidemark: stopped before anything was begun\n"))
                process = scratch.started(self, [str(pipe)], 60)
                with open(pipe, "wb") as text:
                    text.write(script)
                process.send_signal(number)  # it reads, plans or begins
                errors = process.communicate()[1]
                self.assertIn(process.returncode, (0, 1), errors)
                self.assertTrue(process.returncode == 0 or "stopped before anything was begun" in errors, errors)

    def test_a_signal_ends_what_runs_no_job(self):
        pipe = scratch.SCRATCH / "checked"
        os.mkfifo(pipe)
        process = subprocess.Popen([scratch.TIDEMARK, "check", str(pipe)], preexec_fn=scratch.heed_signals)
        with open(pipe, "wb"):
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(timeout=30), -signal.SIGTERM)

    def overwrite(self, mode, value, send=None):
        """INSERT OVERWRITE of a folder with one old file; its files afterwards."""
        target = scratch.SCRATCH / "overwritten"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        (target / "old.csv").write_text("7\n")
        script = (f"SET 'execution.runtime-mode' = '{mode}';"
                  "CREATE TABLE s (a BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '400000', "
                  "'rows-per-second' = '200000', 'fields.a.kind' = 'sequence', 'fields.a.start' = '1', 'fields.a.end' = '400000');"
                  f"CREATE TABLE t (a BIGINT) WITH ('connector' = 'filesystem', 'path' = '{target}', 'format' = 'csv', "
                  f"'sink.rolling-policy.file-size' = '64kb'); INSERT OVERWRITE t SELECT {value} FROM s;")
        with started(script, "--parallelism", "2") as process:
            if send is not None:
                deadline = time.monotonic() + 40
                while len(list(target.iterdir())) < 4:  # files are being written, out of sight
                    self.assertLess(time.monotonic(), deadline, "no file came")
                process.send_signal(send)
            code = process.wait(timeout=60)
        return code, sorted(file.name for file in target.iterdir()), target

    def test_overwriting_is_all_or_nothing(self):
        for mode in ("batch", "streaming"):
            with self.subTest(mode):
                self.assertEqual(self.overwrite(mode, "a", signal.SIGINT)[:2], (1, ["old.csv"]))
                self.assertEqual(self.overwrite(mode, "1000 / (300000 - a)")[:2], (1, ["old.csv"]))
                code, files, target = self.overwrite(mode, "a")
                self.assertEqual(code, 0)
                self.assertNotIn("old.csv", files)
                self.assertEqual(sum(int(line) for name in files for line in (target / name).read_text().split()),
                                 400000 * 400001 // 2)

    def test_a_disk_that_takes_no_more(self):
        target = scratch.SCRATCH / "limited"
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


if __name__ == "__main__":
    scratch.main()
