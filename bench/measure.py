"""What is measured of processes, and how numbers are summed up."""
import contextlib
import math
import os
import pathlib
import statistics
import time

TICKS = os.sysconf("SC_CLK_TCK")


def family(pid):
    """The process and all that descend from it."""
    members = [pid]
    for thread in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in thread.read_text().split():
                members += family(int(child))
    return members


def cpu_seconds(pid):
    """Processor time of a process and its living descendants since they began."""
    total = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            fields = pathlib.Path(f"/proc/{member}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def resident_kib(pid):
    """(RSS, PSS) of one process: all pages that it uses, and the same with shared ones divided by their users."""
    found = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, value = line.split(":")
        found[name] = int(value.split()[0])
    return found["Rss"], found["Pss"]


def mib(kib):
    return f"{kib / 1024:.1f} MiB"


def median(values):
    return statistics.median(values)


def percentile(values, percent):
    """The smallest value that so many percent of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def spread(values, form="{:.2f}"):
    """Median, and the whole range beside it."""
    say = form.format
    return f"{say(median(values))} ({say(min(values))}-{say(max(values))})"


class Stopwatch:
    def __init__(self):
        self.began = time.monotonic()

    def seconds(self):
        return time.monotonic() - self.began
