"""kill -9 of the portal at every crash point of a strategy, on real processes under constant traffic.

usage: kill_matrix.py STRATEGY [SITES]

An undisturbed deployment tells the story. Then, deployment after deployment, the portal is killed at the first point, the second,
... until there is none left, started again, and must end the deployment as if nothing had happened: the same story but for repeated
effects, the right weights, no process orphaned or doubled, no request lost. N is printed, and may not be smaller than the number
in kill_points.json, which leaves room for a few looks more or less.
"""
import contextlib
import http.client
import json
import pathlib
import sys
import threading

from harness import FINAL, Site, new_key, until
from points import run_matrix, steps

here = pathlib.Path(__file__).parent


class Victim:
    """A site whose portal is killed again and again, while its traffic goes on."""

    def __init__(self, strategy):
        self.strategy = strategy
        self.site = Site(replicas=2, strategy={"weights_percent": [50, 100], "bake": "300ms", "settle": "100ms", "watch": "300ms"},
                         judge={"min_requests": 1, "max_wait": "1s"})
        self.site.start()
        self.version = "1.0.0"
        end = self.site.wait_end(self.site.deploy(self.version))
        assert end["phase"] == "completed", end
        self.site.start_traffic(rate=40)
        self.folder = self.site.folder

    def deploy_with_crash(self, at):
        """The ended deployment; the portal is killed at this point, if it gets there."""
        self.site.terminate()
        (self.site.folder / "crash-points.txt").unlink(missing_ok=True)
        self.site.start(crash_at=at)
        return self.deploy()

    def deploy(self):
        """(how often the portal died, the ended deployment, its story); whoever kills it, it is started again at once."""
        site = self.site
        self.version = "1.1.0" if self.version != "1.1.0" else "1.3.0"
        body, key, id, deaths = {"version": self.version, "strategy": self.strategy}, {"Idempotency-Key": new_key()}, None, 0
        while True:
            if site.portal.poll() is not None:
                deaths += 1
                site.start()
            with contextlib.suppress(OSError, http.client.HTTPException):
                if id is None:
                    id = site.api("POST", "/api/environments/demo/deploy", body, key)["id"]
                elif site.deployment(id)["status"] in FINAL:
                    return deaths, site.wait_end(id), site.story(id)
            threading.Event().wait(0.05)

    def check(self, at, end, story, expected):
        site = self.site
        assert end["phase"] == "completed", f"point {at}: {end['phase']}: {end['reason']}"
        assert steps(story) == expected, f"point {at}: the story differs: {steps(story)}"
        def settled():
            component = site.component()
            running = site.running()
            names = {replica["name"] for replica in component["replicas"]}
            return (len(names) == 2 and all(r["weight"] > 0 and r["routable"] and r["version"] == self.version for r in component["replicas"])
                    and set(running) == names | {"haproxy"} and all(len(pids) == 1 for pids in running.values()))
        until(settled, lambda: f"point {at}: exactly the wanted processes run: {dict(site.running())} {site.component()['replicas']}", 30)

    def stop_traffic(self):
        """How many requests were sent, and how many lost or answered by HAProxy itself."""
        summary = self.site.stop_traffic()
        return summary["sent"], summary["lost"] + self.site.component()["traffic"]["own_failures"]

    def close(self):
        self.site.close()


if __name__ == "__main__":
    chosen, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 4
    run_matrix(chosen, lambda: Victim(chosen), count, json.loads((here / "kill_points.json").read_text())[chosen])
