#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The prompt as a person at a terminal meets it.

  prompt.py TIDEMARK SCRATCH_FOLDER
"""
import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
import unittest

import scratch

LINES, COLUMNS = 14, 50


class Prompt(unittest.TestCase):
    def setUp(self):
        self.home = scratch.SCRATCH / self._testMethodName
        self.home.mkdir()
        self.start()

    def start(self, columns=COLUMNS):
        self.screen, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, columns, 0, 0))
        self.process = subprocess.Popen([scratch.TIDEMARK, "sql"], stdin=terminal, stdout=terminal, stderr=terminal,
                                        start_new_session=True, env={**os.environ, "HOME": str(self.home), "TERM": "dumb"},
                                        preexec_fn=self.take_terminal)
        os.close(terminal)
        self.shown = b""
        self.expect("tidemark> ")

    @staticmethod
    def take_terminal():
        scratch.heed_signals()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def tearDown(self):
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):  # a test has closed it
            os.close(self.screen)

    def type(self, text):
        os.write(self.screen, text.encode())

    def expect(self, text):
        """Reads what is shown up to the next `text`, and returns what stood before it."""
        while text.encode() not in self.shown:
            ready, _, _ = select.select([self.screen], [], [], 30)
            self.assertTrue(ready, f"{text!r} did not come after {self.shown.decode()!r}")
            self.shown += os.read(self.screen, 4096)
        before, self.shown = self.shown.split(text.encode(), 1)
        return before.decode()

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

    def endless(self, columns, rate):
        self.type(f"CREATE TABLE c ({columns}) WITH ('connector' = 'datagen', 'rows-per-second' = '{rate}');\n")
        self.expect("tidemark> ")

    def test_an_endless_table_shows_its_newest_rows(self):
        self.endless("u INT", 1000000)
        self.type("SELECT * FROM c;\n")
        for _ in range(3):
            self.expect("the newest 7 of ")
        self.type("\x03")
        end = self.expect("rows in all")
        self.assertLess(len(end), 100 * LINES * COLUMNS)
        self.expect("tidemark> ")
        self.leave()

    def test_wide_rows_are_cut_while_they_are_redrawn(self):
        self.endless(", ".join(f"a_column_of_some_width_{i} STRING" for i in range(9)), 1000)
        self.type("SELECT * FROM c;\n")
        self.expect("the newest")
        drawing = self.expect("the newest")
        back = re.search(r"\x1b\[(\d+)A", drawing)
        self.assertEqual(int(back.group(1)), 12)
        for line in drawing[back.end():].replace("\x1b[J", "").splitlines():
            self.assertLessEqual(len(line.strip("\r")), COLUMNS)
        self.type("\x03")
        self.expect("rows in all")
        self.leave()

    def test_words_that_need_no_semicolon(self):
        for word in ("help", " HELP ", "?", "help;"):
            self.type(word + "\n")
            self.expect("SHOW TABLES;")
            self.expect("tidemark> ")
        self.type("SELECT 7 AS\n")
        self.expect("-> ")
        self.type("quit\n")  # inside a statement it is a name
        self.expect("-> ")
        self.type(";\n")
        self.expect("|    7 |")
        self.expect("tidemark> ")
        self.type("quit\n")
        self.assertEqual(self.process.wait(timeout=30), 0)

    def test_every_way_to_quit(self):
        for index, word in enumerate(("exit", "\\q", "Quit;")):
            if index > 0:
                self.start()
            self.type(word + "\n")
            self.assertEqual(self.process.wait(timeout=30), 0, word)
            self.tearDown()
        self.start()

    def test_a_statement_over_several_lines_is_recalled(self):
        self.type("SELECT 'a\n--b' AS x, -- not 'this'\n 40 + 2 AS y\n;\n")
        self.expect("| a\\n--b | 42 |")
        self.expect("tidemark> ")
        self.type("\x10\n")
        self.expect("| a\\n--b | 42 |")
        self.expect("tidemark> ")
        self.leave()

    def test_history_outlives_a_closed_terminal(self):
        self.type("SELECT 'Zoë' AS name,\n'kept' AS state;\n")
        self.expect("| Zoë  | kept  |")
        self.expect("tidemark> ")
        os.close(self.screen)
        self.process.wait(timeout=30)
        self.start()
        for _ in range(2):  # what is recalled is written to the file as well
            self.type("\x10\n")
            self.expect("| Zoë  | kept  |")
            self.expect("tidemark> ")
        self.leave()
        history = (self.home / ".tidemark_history")
        self.assertEqual(len(history.read_text().splitlines()), 4)
        self.assertEqual(history.stat().st_mode & 0o777, 0o600)

    def test_history_has_a_bound(self):
        self.leave()
        self.tearDown()
        history = self.home / ".tidemark_history"
        history.write_text("_HiStOrY_V2_\n" + "".join(f"SELECT\\040{i};\n" for i in range(5000)))
        self.start()
        self.type("\x10\n")
        self.expect("|   4999 |")
        self.expect("tidemark> ")
        self.leave()
        lines = history.read_text().splitlines()
        self.assertEqual(len(lines), 1 + 2000 + 1)
        self.assertEqual(lines[1], "SELECT\\0403000;")
        self.assertEqual(lines[-2:], ["SELECT\\0404999;"] * 2)

    def test_the_progress_line_fits_a_narrow_terminal(self):
        self.leave()
        self.tearDown()
        self.start(columns=20)
        self.endless("u INT", 1000)
        self.type("CREATE TABLE b (u INT) WITH ('connector' = 'blackhole');\n")
        self.expect("tidemark> ")
        self.type("INSERT INTO b SELECT * FROM c;\n")
        for _ in range(3):
            self.expect("\r\x1b[K")
        line = self.expect("\r\x1b[K")
        self.assertIn("rows", line)
        self.assertLess(len(line), 20)
        self.type("\x03")
        self.expect("tidemark> ")
        self.leave()

    def test_a_closed_terminal_ends_an_endless_query(self):
        self.endless("u INT", 1000)
        self.type("SELECT * FROM c;\n")
        self.expect("the newest")
        os.close(self.screen)
        self.process.wait(timeout=30)

    def test_completion(self):
        self.type("CREATE TABLE clicks (user_id INT, name STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '9');\n")
        self.expect("tidemark> ")
        self.when_editing("SET 'execution.ru\t = 'batch';\n")
        self.expect("'execution.runtime-mode'")
        self.expect("tidemark> ")
        self.when_editing("SELECT COUNT(*) AS n FROM clicks AS c\n")
        self.expect("-> ")
        self.when_editing("WHERE 'na\t' <> c.na\t;\n")
        self.expect("'na' <> c.name")
        self.expect("| 9 |")
        self.expect("tidemark> ")
        self.when_editing(f"SELECT '{'ë🎉' * 600}' = 'ë', COUNT(clicks.us\t) AS total FROM clicks;\n")
        self.expect("clicks.user_id")
        self.expect("|     9 |")
        self.expect("tidemark> ")
        self.when_editing("SET 'table.exec.mini-batch.\t")
        self.expect("table.exec.mini-batch.allow-latency")
        self.expect("table.exec.mini-batch.size")
        self.type("\x03")
        self.expect("tidemark> ")
        self.leave()

    def when_editing(self, text):
        """Types once the program reads key by key; the terminal would take a TAB for itself before."""
        scratch.wait_until(lambda: not termios.tcgetattr(self.screen)[3] & termios.ICANON, 30, "reading key by key")
        self.type(text)


if __name__ == "__main__":
    scratch.main()
