"""kill -9 of the portal at every crash point of a strategy, on real processes under constant traffic.

usage: kill_matrix.py STRATEGY [SITES]

An undisturbed deployment tells the story. Then, deployment after deployment, the portal is killed at the first point, the second,
... until there is none left, started again, and must end the deployment as if nothing had happened: the same story but for repeated
effects, the right weights, no process orphaned or doubled, no request lost. N is printed, and may not be smaller than the number
in kill_points.json, which leaves room for a few looks more or less.
"""
import collections
import concurrent.futures
import contextlib
import http.client
import json
import pathlib
import sys
import threading

from harness import FINAL, Site, new_key, until

here = pathlib.Path(__file__).parent


def steps(story):
    """The steps in their order, without repetitions and without what depends on counts and times."""
    seen = []
    for text in story:
        if text.startswith("step ") and text not in seen:
            seen.append(text)
    return [text.replace("1.3.0", "X").replace("1.1.0", "X").replace("1.0.0", "X") for text in seen]


def points_reached(site):
    trace = site.folder / "crash-points.txt"
    return len(trace.read_text().splitlines()) if trace.exists() else 0


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

    def close(self):
        summary = self.site.stop_traffic()
        own = self.site.component()["traffic"]["own_failures"]
        self.site.close()
        return summary, own


class Points:
    """Hands out the points 1, 2, ... until one is not there: how often the engine looks differs from run to run, so a point that was
    not reached is tried again before it counts as missing."""
    TRIES = 3

    def __init__(self):
        self.lock = threading.Lock()
        self.next, self.end = 1, None
        self.again = collections.deque()
        self.tries = collections.Counter()
        self.killed = set()

    def take(self):
        with self.lock:
            while self.again:
                if (at := self.again.popleft()) < (self.end or at + 1):
                    return at
            if self.end and self.next >= self.end:
                return None
            self.next += 1
            return self.next - 1

    def tell(self, at, died):
        with self.lock:
            self.tries[at] += 1
            if died:
                self.killed.add(at)
            elif self.tries[at] < self.TRIES:
                self.again.append(at)
            else:
                self.end = min(at, self.end or at)

    def count(self):
        """How many there are: those before the first that is missing."""
        return self.end - 1


def main(strategy, sites):
    undisturbed = Victim(strategy)
    died, end, story = undisturbed.deploy_with_crash(at=1_000_000)
    assert not died and end["phase"] == "completed", end
    expected = steps(story)
    print(f"{strategy}: {points_reached(undisturbed.site)} crash points in the undisturbed run, {len(expected)} steps", flush=True)

    points = Points()
    lock = threading.Lock()
    results = collections.Counter()

    def work(victim):
        while (at := points.take()) is not None:
            died, end, story = victim.deploy_with_crash(at)
            victim.check(at, end, story, expected)
            points.tell(at, died)
        summary, own = victim.close()
        with lock:
            results.update(sent=summary["sent"], lost=summary["lost"], own=own)

    victims = [undisturbed] + [Victim(strategy) for _ in range(sites - 1)]
    try:
        with concurrent.futures.ThreadPoolExecutor(sites) as pool:
            for future in concurrent.futures.as_completed([pool.submit(work, victim) for victim in victims]):
                future.result()
    finally:
        for victim in victims:
            victim.site.close()
    count = points.count()
    least = json.loads((here / "kill_points.json").read_text())[strategy]
    killed = len([at for at in points.killed if at <= count])
    print(f"{strategy}: killed at {killed} of {count} points (at least {least} wanted); {results['sent']} requests sent, {results['lost']} lost, "
          f"{results['own']} answered by HAProxy itself", flush=True)
    assert killed == count, f"not killed at {sorted(set(range(1, count + 1)) - points.killed)}"
    assert count >= least, "crash points may only become more"
    assert results["lost"] == 0 and results["own"] == 0


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 4)
