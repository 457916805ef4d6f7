# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: a figure, a process that is timed, and the machine it ran on."""
import dataclasses
import datetime
import os
import pathlib
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


@dataclasses.dataclass
class Figure:
    """What one thing took: a query on an engine, or a raw loop."""
    engine: str
    name: str
    source: str
    workers: int
    events: int
    wall_s: float
    cpu_s: float
    peak_mib: float = 0

    @property
    def per_s(self):
        return self.events / self.wall_s

    @property
    def per_cpu_s(self):
        return self.events / self.cpu_s


def timed(command, text):
    """Runs a command with `text` as standard input; wall seconds, CPU seconds, peak MiB of the whole process."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    process.stdin.write(text.encode())
    process.stdin.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - start
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed with exit code {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def describe_machine(events):
    models = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True).stdout.strip()
    return (f"{datetime.date.today()}, {models[0] if models else 'unknown CPU'}, {os.cpu_count()} cores, "
            f"load {os.getloadavg()[0]:.1f}, tidemark {commit or 'without git'}, {events:,} events")


def cpu_seconds(pid):
    """What a process has used so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def find_broker():
    """The folder of the broker's jars."""
    found = subprocess.run([ROOT / "scripts" / "install_kafka", "--find"], stdout=subprocess.PIPE, text=True)
    if found.returncode != 0:
        raise SystemExit("there is no broker: scripts/install_kafka fetches one")
    return found.stdout.strip()
