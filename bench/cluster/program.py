"""Programs beside the cluster, in its network: what they take, and what they ask its API server for."""
import collections
import datetime
import json
import os
import pathlib
import signal
import subprocess
import time

import cluster
import measure


class Program:
    """A controller as a process; its name in the API server's audit log begins with `agent`."""

    def __init__(self, on, agent, *command):
        self.cluster, self.agent, self.command = on, agent, command
        self.process = None

    def start(self):
        with open(pathlib.Path(self.cluster.folder) / "log" / f"{self.agent}.log", "ab") as log:
            command = [str(part) for part in self.cluster.command(*self.command)]
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=cluster.GENEROUS)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()


class Usage:
    """What a process takes from now on: processor seconds, and the most memory at once."""

    def __init__(self, pid):
        self.pid = pid
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak begins anew
        self.begun = measure.cpu_seconds(pid)

    def cpu_seconds(self):
        return measure.cpu_seconds(self.pid) - self.begun

    def peak_mib(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024


class Requests:
    """What is asked of the API server from now on, by its audit log, without watches."""

    def __init__(self, on):
        self.folder, self.since = pathlib.Path(on.folder) / "log", time.time()

    def entries(self, agent, namespace):
        """(seconds from the beginning, verb and kind of object) of each."""
        wanted = f'"namespace":"{namespace}"'
        for file in self.folder.glob("audit*.log"):  # the API server begins a new one after 100 MB
            if os.stat(file).st_mtime < self.since:
                continue
            with open(file, encoding="utf-8") as lines:
                for line in lines:
                    if f'"userAgent":"{agent}' not in line or wanted not in line:
                        continue
                    entry = json.loads(line)
                    at = datetime.datetime.fromisoformat(entry["requestReceivedTimestamp"]).timestamp() - self.since
                    what = entry["objectRef"]
                    if at >= 0 and entry["verb"] != "watch" and what.get("namespace") == namespace:
                        yield at, f"{entry['verb']} {what['resource']}" + (f"/{what['subresource']}" if "subresource" in what else "")

    def of(self, agent, namespace):
        """Verb and kind of object -> how often."""
        return collections.Counter(what for _, what in self.entries(agent, namespace))

    def last(self, agent, namespace, wanted):
        """When this was asked for last, in seconds from the beginning."""
        return max(at for at, what in self.entries(agent, namespace) if what == wanted)
