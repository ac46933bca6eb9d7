"""Express with better-sqlite3: the same environments, the same sessions."""
import hashlib
import json
import os
import pathlib
import sqlite3
import subprocess

from harness import free_port
from sites import pin

MODULES = pathlib.Path(os.environ["BENCH_EXPRESS"])
SCHEMA = """
CREATE TABLE session (token_hash TEXT PRIMARY KEY, user TEXT NOT NULL, expires_at INTEGER NOT NULL);
CREATE TABLE environment (name TEXT PRIMARY KEY, provider TEXT, type TEXT, region TEXT, enabled INTEGER, target TEXT, health TEXT, observed_at TEXT, seq INTEGER);
CREATE TABLE component (environment TEXT, position INTEGER, name TEXT, service TEXT, enabled INTEGER, version TEXT, wanted INTEGER, ready INTEGER,
                        traffic_address TEXT, health TEXT, reason TEXT, deployment TEXT, PRIMARY KEY (environment, position));
"""


def fill(file, listed, token):
    """The portal's own answer, as rows."""
    database = sqlite3.connect(file)
    database.executescript("PRAGMA journal_mode=WAL;" + SCHEMA)
    database.execute("INSERT INTO session VALUES (?, 'alice', 8e15)", (hashlib.sha256(token.encode()).hexdigest(),))
    for item in listed["items"]:
        database.execute("INSERT INTO environment VALUES (?,?,?,?,?,?,?,?,?)", [item.get(name) for name in (
            "name", "provider", "type", "region", "enabled", "target", "health", "observed_at", "seq")])
        for position, part in enumerate(item["components"]):
            values = {**part, "wanted": part["replicas"]["wanted"], "ready": part["replicas"]["ready"]}
            database.execute("INSERT INTO component VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", [item["name"], position, *(values.get(name) for name in (
                "name", "service", "enabled", "version", "wanted", "ready", "traffic_address", "health", "reason", "deployment"))])
    database.commit()
    database.close()


class Express:
    def __init__(self, folder, listed, token, core):
        self.file = folder / "express.db"
        if not self.file.exists():
            fill(self.file, listed, token)
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.process = subprocess.Popen([*pin(core), "node", str(MODULES / "server.mjs"), str(self.file), str(self.port)],
                                        env={**os.environ, "NODE_ENV": "production"})

    def stop(self):
        self.process.terminate()
        self.process.wait()


def versions():
    found = {name: json.loads((MODULES / "node_modules" / name / "package.json").read_text())["version"] for name in ("express", "better-sqlite3")}
    return ", ".join(found.values())
