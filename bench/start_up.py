"""From exec to the first 200 of /readyz, with much declared and much behind it."""
import http.client
import os
import socket
import sqlite3
import subprocess
import time

import sites
from express_peer import Express
from harness import PROGRAM, free_port
from measure import Stopwatch, median, mib, resident_kib, spread
from report import table

ENVIRONMENTS = 1000
DEPLOYMENTS = 100_000

# Copies a deployment that really happened, under new ids, to other environments and times.
GROW = """
PRAGMA synchronous=OFF;
BEGIN;
CREATE TEMP TABLE number AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n;
CREATE TEMP TABLE model AS SELECT * FROM deployment WHERE id = '{id}';
INSERT INTO deployment SELECT printf('%026d', i), printf('place-%04d', i % {places}), version, strategy, phase, reason, "trigger", actor,
    created_at - i * 60000000, started_at - i * 60000000, completed_at - i * 60000000, retry_of, rollback_of, options, components, status, is_open, seq FROM number, model;
INSERT INTO rollout SELECT printf('%026d', i), component, printf('place-%04d', i % {places}), phase, epoch, body, position FROM number, rollout WHERE deployment = '{id}';
INSERT INTO event (prev_seq, organisation, topic, name, kind, entity, actor, "time", payload)
    SELECT 0, organisation, printf('log/%026d', i), name, kind, printf('%026d', i), actor, "time" - i * 60000000, payload
    FROM number, (SELECT * FROM event WHERE topic = 'log/{id}' ORDER BY seq LIMIT 10);
INSERT INTO event (prev_seq, organisation, topic, name, kind, entity, actor, "time", payload)
    SELECT 0, organisation, printf('deployment/%026d', i), name, kind, printf('%026d', i), actor, "time" - i * 60000000, payload
    FROM number, (SELECT * FROM event WHERE topic = 'deployment/{id}' ORDER BY seq DESC LIMIT 2);
INSERT INTO audit ("time", actor, address, action, target, result, details)
    SELECT "time" - i * 60000000, actor, address, action, target, result, details FROM number, (SELECT * FROM audit ORDER BY seq DESC LIMIT 2);
COMMIT;
"""


def grow(database, id, count):
    connection = sqlite3.connect(database, isolation_level=None)
    connection.executescript(GROW.format(count=count, id=id, places=ENVIRONMENTS - 1))
    rows = connection.execute("SELECT count(*) FROM deployment").fetchone()[0]
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return rows


def answers(address, path, limit=60):
    """Waits for a 200, asking again each millisecond."""
    host, port = address.split(":")
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            with socket.create_connection((host, int(port)), timeout=5) as connection:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode())
                if b" 200 " in connection.recv(64):
                    return
        except OSError:
            pass
        time.sleep(0.001)
    raise AssertionError(f"{address} does not become ready")


def time_portal(portal, killed):
    """(seconds to ready, RSS in KiB then)."""
    portal.address = f"127.0.0.1:{free_port()}"
    variables = {**os.environ, **sites.QUIET, "PILOTHOUSE_LISTEN": portal.address, "PILOTHOUSE_DATA_FOLDER": str(portal.folder / "data"),
                 "PILOTHOUSE_RUNTIME_FOLDER": str(portal.folder / "run"), "PILOTHOUSE_ENVIRONMENTS_FILE": str(portal.folder / "environments.yaml")}
    with open(portal.folder / "start.log", "ab") as log:
        watch = Stopwatch()
        portal.portal = subprocess.Popen([PROGRAM, "serve"], env=variables, stdout=log, stderr=log, cwd=portal.folder)
        answers(portal.address, "/readyz")
        seconds = watch.seconds()
    resident, _ = resident_kib(portal.portal.pid)
    if killed:
        portal.kill()
    else:
        portal.terminate()
    return seconds * 1000, resident


def time_express(folder, listed):
    watch = Stopwatch()
    express = Express(folder, listed, "token", 0)
    try:
        answers_at_all(express.address)
        return watch.seconds() * 1000
    finally:
        express.stop()


def answers_at_all(address):
    while True:
        try:
            connection = http.client.HTTPConnection(address, timeout=5)
            connection.request("GET", "/")
            connection.getresponse()
            return
        except OSError:
            time.sleep(0.001)


def run(report, folder, quick):
    count, times = (10_000, 3) if quick else (DEPLOYMENTS, 15)
    with sites.site(extra=sites.environments(ENVIRONMENTS - 1)) as portal:
        sites.start(portal)
        id = portal.deploy("1.0.0")
        portal.wait_end(id)
        listed = portal.api("GET", "/api/environments")
        portal.terminate()
        database = portal.folder / "data" / "pilothouse.db"
        rows = grow(database, id, count)
        size = database.stat().st_size
        clean = [time_portal(portal, killed=False) for _ in range(times)]
        time_portal(portal, killed=True)
        killed = [time_portal(portal, killed=True) for _ in range(times)]
        time_express(folder, listed)
        peers = [time_express(folder, listed) for _ in range(times)]
    ours = [milliseconds for milliseconds, _ in clean]
    after_kill = [milliseconds for milliseconds, _ in killed]
    report.goal("start to ready, 1,000 environments, 100,000 past deployments", "under 300 ms", f"{median(ours):.0f} ms", max(median(ours), median(after_kill)) < 300)
    report.chapter("Start to ready", f"""
{ENVIRONMENTS} environments declared (one of them runs a HAProxy and two replicas, which the portal finds again), {rows} past deployments with their rollouts, ten log
lines, two events and two audit rows each, copied from one that really happened; a database of {size / 1e6:.0f} MB. From exec until `/readyz` answers 200, {times} times
each, file cache warm. The peer is Express + better-sqlite3 with the same {ENVIRONMENTS} environments and no past, until it answers anything.

{table(("", "ms", "RSS when ready"), [
    ("pilothouse, stopped before", spread(ours, "{:.0f}"), mib(median([kib for _, kib in clean]))),
    ("pilothouse, killed before", spread(after_kill, "{:.0f}"), mib(median([kib for _, kib in killed]))),
    ("Express + better-sqlite3", spread(peers, "{:.0f}"), "")])}
""")
