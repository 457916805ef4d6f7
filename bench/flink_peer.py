# SPDX-License-Identifier: Apache-2.0
"""A real Apache Flink beside tidemark: runs the same script on the same files, warm, and tells wall time, CPU time and
peak memory. Flink is there when scripts/install_flink has put it there."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SETUP = ROOT / "tests" / "conformance" / "flink" / "setup"
RUNNER = ROOT / "bench" / "flink" / "QueryRunner.java"
OPENED_PACKAGES = (
    "java.lang", "java.net", "java.io", "java.nio", "sun.nio.ch", "java.lang.reflect", "java.text", "java.time",
    "java.util", "java.util.concurrent", "java.util.concurrent.atomic", "java.util.concurrent.locks")
RUNS = 2  # the first loads classes and compiles them, the last counts


class FlinkPeer:
    """One mini cluster in one JVM per measurement: what it keeps for other jobs does not count against a query."""

    @staticmethod
    def find():
        """The installed Flink, or None."""
        if shutil.which("java") is None or shutil.which("javac") is None:
            return None
        found = subprocess.run([SETUP, "--find"], stdout=subprocess.PIPE, text=True)
        return FlinkPeer(pathlib.Path(found.stdout.strip())) if found.returncode == 0 else None

    def __init__(self, home):
        self.home = home
        self.classes = home / "classes-bench"
        compiled = self.classes / "QueryRunner.class"
        if not compiled.exists() or compiled.stat().st_mtime < RUNNER.stat().st_mtime:
            self.classes.mkdir(exist_ok=True)
            subprocess.run(["javac", "-nowarn", "-proc:none", "--release", "17", "-cp", f"{home}/lib/*",
                            "-d", self.classes, RUNNER], check=True)

    def measure(self, script, parallelism):
        """(wall seconds, CPU seconds, peak MiB) of the last of RUNS runs, or None when Flink fails."""
        without_comments = re.sub(r"^--.*\n", "", script, flags=re.MULTILINE)
        statements = [part for part in re.split(r";\s*\n", without_comments) if part.strip()]
        with tempfile.TemporaryDirectory() as work:
            path = os.path.join(work, "script")
            pathlib.Path(path).write_text("\0".join(statements))
            result = subprocess.run(
                ["java", *[f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED_PACKAGES],
                 "-Xms4g", "-Xmx4g", "-XX:+UseG1GC", "-Duser.timezone=UTC",
                 "-Dlog4j2.configurationFile=" + str(SETUP.parent / "log4j2.properties"),
                 "-cp", f"{self.classes}:{self.home}/lib/*", "QueryRunner", path, str(RUNS), str(parallelism)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=work)
        lines = [line.split("\t") for line in result.stdout.splitlines() if line.count("\t") == 2]
        if result.returncode != 0 or len(lines) != RUNS:
            causes = [line for line in result.stderr.splitlines() if "Caused by" in line or "Exception" in line]
            print("Flink failed:", causes[-1].strip() if causes else f"exit code {result.returncode}", flush=True)
            return None
        return tuple(float(figure) for figure in lines[-1])
