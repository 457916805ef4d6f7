# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: the program, a folder of their own, children that heed signals, and the summary."""
import pathlib
import shutil
import signal
import sys
import unittest

# Set by main.
TIDEMARK = ""
SCRATCH = pathlib.Path()


def heed_signals():
    """In the child: what runs in the background of a shell, or under nohup, would ignore these otherwise."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


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
