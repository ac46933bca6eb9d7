"""Deployments accepted a second, durably, beside single SQLite commits of the same rows on the same disk."""
import re
import sqlite3
import subprocess

import sites
from measure import Stopwatch, median, spread
from report import file_system, table

CLIENTS = 64
TABLES = ("deployment", "rollout", "audit", "event")

# Each request is for the next of the components, so that at any moment the clients are at distinct ones.
SCRIPT = """
local number = 0
function request()
  number = (number + 1) % {clients}
  return wrk.format("POST", string.format("/api/environments/place-%04d/deploy", number), nil, '{{"version": "1.0.0"}}')
end
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {token}"
"""


def rows_of_one(database):
    """What one accepted deployment wrote, as (statement, values)."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    id = connection.execute("SELECT id FROM deployment ORDER BY created_at DESC LIMIT 1").fetchone()[0]
    found = []
    where = {"deployment": "id = ?", "rollout": "deployment = ?", "audit": "details LIKE '%' || ? || '%'", "event": "entity = ?"}
    for name in TABLES:
        # Of the events two: the deployment itself, and the first line of its log.
        cursor = connection.execute(f"SELECT * FROM {name} WHERE {where[name]} LIMIT {2 if name == 'event' else 1}", (id,))
        columns = [column[0] for column in cursor.description]
        found.extend((name, dict(zip(columns, row))) for row in cursor.fetchall())
    connection.close()
    return found


class SingleCommits:
    """A plain loop: the same five rows, one transaction each, fsynced."""

    def __init__(self, file, database, rows):
        schema = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        statements = [sql for (sql,) in schema.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name IN (%s)" % ",".join("?" * len(TABLES)), TABLES)]
        schema.close()
        self.connection = sqlite3.connect(file, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        for statement in statements:
            self.connection.execute(statement)
        self.rows = rows
        self.number = 0

    def one(self):
        self.number += 1
        self.connection.execute("BEGIN IMMEDIATE")
        for name, values in self.rows:
            own = {column: value for column, value in values.items() if column != "seq"}
            for column in ("id",) if name == "deployment" else ("deployment",):
                if column in own:
                    own[column] = f"{self.number:026}"
            columns = ", ".join(f'"{column}"' for column in own)
            self.connection.execute(f"INSERT INTO {name} ({columns}) VALUES ({', '.join('?' * len(own))})", list(own.values()))
        self.connection.execute("COMMIT")

    def rate(self, seconds):
        watch = Stopwatch()
        first = self.number
        while watch.seconds() < seconds:
            self.one()
        return (self.number - first) / watch.seconds()


def count(database):
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    found = connection.execute("SELECT count(*) FROM deployment").fetchone()[0]
    connection.close()
    return found


def load(portal, script, seconds):
    said = subprocess.run(["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--latency", "-s", str(script), f"http://{portal.address}"],
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    assert "Non-2xx" not in said and "Socket errors" not in said, said
    return int(re.search(r"(\d+) requests in", said)[1]), float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), re.search(r"99%\s+(\S+)", said)[1]


def run(report, folder, quick):
    rounds, seconds = (2, 2) if quick else (5, 5)
    rates, singles, latencies = [], [], []
    # No replica finds a port, so the first rollout of each component waits, and no processes disturb the measurement.
    with sites.site(extra=sites.environments(CLIENTS)) as portal:
        sites.start(portal, **sites.no_ports())
        script = folder / "deploy.lua"
        script.write_text(SCRIPT.format(clients=CLIENTS, token=portal.token))
        database = portal.folder / "data" / "pilothouse.db"
        for number in range(CLIENTS):
            portal.api("POST", f"/api/environments/place-{number:04}/deploy", {"version": "1.0.0"})
        peer = SingleCommits(folder / "single.db", database, rows_of_one(database))
        for _ in range(rounds):
            singles.append(peer.rate(seconds))
            before = count(database)
            answered, rate, latency = load(portal, script, seconds)
            stored = count(database) - before
            assert answered <= stored <= answered + CLIENTS, (answered, stored)
            rates.append(rate)
            latencies.append(latency)
        size = len(str(rows_of_one(database)))
        disk = file_system(portal.folder)
    ratios = [rate / single for rate, single in zip(rates, singles)]
    report.goal("deployments accepted a second, durably, 64 clients, to single SQLite commits", "-", spread(ratios), True)
    report.chapter("Deployments accepted", f"""
`POST /api/environments/:name/deploy` from {CLIENTS} keep-alive connections (wrk) to {CLIENTS} components by turns; each is answered after its commit
(WAL, `synchronous=FULL`), and the rows were counted afterwards: every answer had its row. The first deployment of each component is under way, the
others queue behind it. The peer is a loop that commits the same rows (about {size} bytes) one deployment at a time, in the same settings on the
same disk ({disk}). {rounds} rounds of {seconds} s each, by turns.

{table(("", "a second", "p99"), [("pilothouse, accepted", spread(rates, "{:.0f}"), latencies[len(latencies) // 2]),
                                 ("SQLite, single commits", spread(singles, "{:.0f}"), ""),
                                 ("ratio", spread(ratios), "")])}
""")
