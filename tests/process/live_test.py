"""Events of a real portal, followed by the unmodified socket.io-client through disconnects and deaths of the portal."""
import contextlib
import json
import os
import pathlib
import sqlite3
import subprocess
import threading
import time
import unittest

from harness import Site, until

REALTIME = pathlib.Path(__file__).resolve().parent.parent / "realtime"


def setUpModule():
    global FOLDER
    FOLDER = pathlib.Path(subprocess.run([REALTIME / "install.sh"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip())


def tearDownModule():
    subprocess.run(["rm", "-rf", FOLDER], check=True)


class Follower:
    """follower.mjs, which see."""

    def __init__(self, site, pause, seed, *topics):
        command = [FOLDER / "node", FOLDER / "follower.mjs", "http://" + site.address, site.token, str(pause), str(seed), *topics]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=FOLDER)

    def follow(self, topic):
        self.process.stdin.write(f"follow {topic}\n")
        self.process.stdin.flush()

    def report(self):
        self.process.stdin.write("report\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def wait_for(self, topic, seq):
        """The report in which this topic has come so far."""
        last = {}

        def there():
            last.update(self.report())
            held = last["topics"].get(topic)
            return held and held["seq"] is not None and held["seq"] >= seq and last
        return until(there, lambda: f"{topic} reaches {seq}; it has {last['topics'].get(topic, {}).get('seq')}", pause=0.1)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def stored_events(site):
    """(seq, prev_seq, topic, name, kind) of all that the database has, in order."""
    database = sqlite3.connect(f"file:{site.folder}/data/pilothouse.db?mode=ro", uri=True)
    with contextlib.closing(database):
        return database.execute("SELECT seq, prev_seq, topic, name, kind FROM event ORDER BY seq").fetchall()


def merged(snapshot, events):
    """A deployment as docs/events.md says to keep it."""
    state = json.loads(json.dumps(snapshot)) if snapshot else None
    for event in events:
        payload = event["payload"]
        if event["kind"] == "full" or state is None:
            state = {**payload}
        else:
            parts = {part["name"]: part for part in state["components"]}
            for part in payload["components"]:
                parts[part["name"]] = {**parts.get(part["name"], {}), **part}
            state = {**state, **payload, "components": list(parts.values())}
        state["seq"] = event["seq"]
    return state


class Live(unittest.TestCase):
    def assert_complete(self, site, report, topic):
        """What was applied is what is stored since it began to follow, once each, in order."""
        held = report["topics"][topic]
        applied = [event["seq"] for event in held["applied"]]
        wanted = [seq for seq, _, of, name, _ in stored_events(site)
                  if (of == topic or (topic == "admin" and name != "log-line")) and held["begun"] < seq <= held["seq"]]
        self.assertEqual(applied, wanted, topic)

    def assert_same_deployment(self, site, report, id):
        held = report["topics"][f"deployment/{id}"]
        kept, told = merged(held["snapshot"], held["applied"]), site.deployment(id)
        for view in (kept, told):
            view.pop("observed_at")
        self.assertEqual(kept, told)

    def test_nothing_is_missed_or_doubled_through_disconnects(self):
        with Site() as site:
            site.start()
            with Follower(site, 0.15, 7, "admin") as follower:
                until(lambda: follower.report()["topics"]["admin"]["seq"] is not None, "it follows")
                site.wait_end(site.deploy("1.0.0"))
                site.start_traffic()
                ids = [site.deploy(version) for version in ("1.1.0", "1.2.0", "1.3.0")]
                for id in ids:
                    follower.follow(f"deployment/{id}")
                    follower.follow(f"log/{id}")
                for id in ids:
                    site.wait_end(id)
                site.stop_traffic()
                last = stored_events(site)[-1][0]
                for id in ids:
                    report = follower.wait_for(f"deployment/{id}", site.deployment(id)["seq"])
                    self.assert_same_deployment(site, report, id)
                    lines = site.api("GET", f"/api/deployments/{id}/logs?limit=1000")["items"]
                    report = follower.wait_for(f"log/{id}", lines[-1]["seq"])
                    held = report["topics"][f"log/{id}"]
                    texts = [line["text"] for line in held["snapshot"]["items"]] + [event["payload"]["text"] for event in held["applied"]]
                    self.assertEqual(texts, [line["text"] for line in lines])
                report = follower.wait_for("admin", [seq for seq, _, _, name, _ in stored_events(site) if name != "log-line"][-1])
                self.assert_complete(site, report, "admin")
                self.assertGreater(report["disconnects"], 20)
                self.assertEqual(report["refused"], [])
                self.assertGreater(last, 100)

    def test_a_portal_that_dies_and_comes_back_costs_no_event(self):
        with Site(strategy={"bake": "1s"}) as site:
            site.start()
            site.wait_end(site.deploy("1.0.0"))
            site.start_traffic()
            with Follower(site, 0, 7, "admin") as follower:
                until(lambda: follower.report()["topics"]["admin"]["seq"] is not None, "it follows")
                id = site.deploy("1.1.0")
                follower.follow(f"deployment/{id}")
                for percent in (25, 50):
                    site.wait_weight(id, percent)
                    site.kill()
                    site.start()
                site.wait_end(id)
                report = follower.wait_for(f"deployment/{id}", site.deployment(id)["seq"])
                self.assert_same_deployment(site, report, id)
                report = follower.wait_for("admin", site.deployment(id)["seq"])
                self.assert_complete(site, report, "admin")
            self.assertEqual(site.stop_traffic()["lost"], 0)
            # The chart counts no request twice, whoever stored its points.
            points = [point["canary"] for point in site.api("GET", f"/api/deployments/{id}/samples")["items"] if point["canary"]]
            self.assertGreater(len(points), 3)
            self.assertLessEqual(sum(point["requests"] for point in points), site.replica_counts()["1.1.0"])

    def test_the_end_of_a_session_closes_its_sockets(self):
        with Site() as site:
            site.start()
            other = site.api("POST", "/api/admin/login", {"username": "alice", "password": "a long enough password"})["token"]
            site.token, mine = other, site.token
            with Follower(site, 0, 7, "admin") as follower:
                until(lambda: follower.report()["topics"]["admin"]["seq"] is not None, "it follows")
                site.api("POST", "/api/admin/logout")
                site.token = mine
                until(lambda: not follower.report()["connected"], "it is disconnected")

    def test_a_thousand_followers_are_back_after_a_restart(self):
        """All of them, without an event lost; none can be told when the portal comes back, so they come by themselves."""
        with Site(judge={"max_wait": "1s"}) as site:
            site.start()
            site.wait_end(site.deploy("1.0.0"))
            clients = subprocess.Popen([FOLDER / "node", FOLDER / "crowd.mjs", "http://" + site.address, site.token, "1000"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True, cwd=FOLDER)
            try:
                def ask():
                    clients.stdin.write("report\n")
                    clients.stdin.flush()
                    return json.loads(clients.stdout.readline())
                until(lambda: ask()["following"] == 1000, lambda: f"all follow: {ask()}", pause=0.2)
                clients.stdin.write("begin\n")
                site.kill()
                until(lambda: ask()["following"] == 0, "all have noticed", pause=0.1)
                site.start()
                id = site.deploy("1.1.0")
                site.wait_end(id)
                seq = site.deployment(id)["seq"]
                report = until(lambda: (said := ask())["at_least"] >= seq and said["following"] == 1000 and said, lambda: f"all have caught up to {seq}: {ask()}", pause=0.2)
                self.assertEqual(report["gaps"], 0)
                self.assertEqual(report["fewest"], report["most"], "each got the same events")
            finally:
                clients.kill()
                clients.wait()
                clients.stdin.close()
                clients.stdout.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
