"""Writes RESULTS.md: machine, versions, command, and a chapter for each benchmark."""
import datetime
import os
import pathlib
import platform
import subprocess


def output_of(*command):
    """First line of what a program says, on either stream."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    except OSError as problem:
        return f"not there ({problem.strerror})"
    return (done.stdout.strip().splitlines() or [""])[0]


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def memory():
    kib = int(pathlib.Path("/proc/meminfo").read_text().split("MemTotal:")[1].split()[0])
    return f"{kib / 1024 / 1024:.0f} GiB"


def file_system(folder):
    return subprocess.run(["df", "--output=fstype", str(folder)], stdout=subprocess.PIPE, text=True, check=True).stdout.split()[-1]


def system():
    text = pathlib.Path("/etc/os-release").read_text()
    return text.split('PRETTY_NAME="')[1].split('"')[0]


def pilothouse(program):
    return f"{output_of(program, 'version')}, commit {output_of('git', 'rev-parse', '--short', 'HEAD')}{changed()}"


def versions(program, express):
    return {"pilothouse": pilothouse(program),
            "nginx": output_of("nginx", "-v").removeprefix("nginx version: "),
            "node": output_of("node", "--version"),
            "express, better-sqlite3": express,
            "haproxy": output_of("haproxy", "-v"),
            "wrk": output_of("wrk", "-v").split("Copyright")[0].strip(),
            "python": platform.python_version()}


def changed():
    dirty = subprocess.run(["git", "status", "--porcelain", "--", "src"], stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    return " with changes in src" if dirty else ""


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "--|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


class Report:
    """`programs`: name -> version."""

    def __init__(self, file, command, programs, folder):
        self.file = pathlib.Path(file)
        load = os.getloadavg()[0]
        when = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
        self.parts = [f"""# Results of the benchmarks

Written by `{command}`. Every figure and its peer were measured in the same run on the same machine; the ratios are
what can be compared with other machines. Medians, with the whole range in parentheses.

Begun {when} on {os.cpu_count()} x {processor()}, {memory()}, {system()}, Linux {platform.release()}, {file_system(folder)};
load average at the beginning {load:.2f}{" (something else was running: see the ranges)" if load > 0.7 else ""}.

{table(("Program", "Version"), programs.items())}"""]
        self.goals = []

    def goal(self, what, wanted, measured, met):
        self.goals.append((what, wanted, measured, "yes" if met else "**no**"))

    def chapter(self, title, text):
        """Keeps what was measured at once, so that a run that is cut short leaves what it had."""
        self.parts.append(f"## {title}\n\n{text.strip()}")
        print(f"\n== {title}\n{text.strip()}\n", flush=True)
        self.write()

    def write(self):
        goals = "## Wanted and measured\n\n" + table(("What", "Wanted", "Measured", "Met"), self.goals)
        self.file.write_text("\n\n".join([self.parts[0], goals, *self.parts[1:]]) + "\n")
