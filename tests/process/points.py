"""For the matrices of kills: the crash points, and what must be the same however often the portal was killed."""
import collections
import concurrent.futures
import threading


def steps(story):
    """The steps in their order, without repetitions and without what depends on counts and times."""
    seen = []
    for text in story:
        if text.startswith("step ") and text not in seen:
            seen.append(text)
    return [text.replace("1.3.0", "X").replace("1.1.0", "X").replace("1.0.0", "X") for text in seen]


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


def points_reached(folder):
    trace = folder / "crash-points.txt"
    return len(trace.read_text().splitlines()) if trace.exists() else 0


def run_matrix(name, make_victim, count_of_victims, least):
    """Kills at each point there is, at least at so many, with several victims side by side.

    A victim has a `folder`, deploy_with_crash(at) -> (how often the portal died, the ended deployment, its story),
    check(at, end, story, steps as they must be), stop_traffic() -> (sent, lost), and close(), which may come twice.
    """
    victims = [make_victim()]
    try:
        died, end, story = victims[0].deploy_with_crash(at=1_000_000)
        assert not died and end["phase"] == "completed", end
        expected = steps(story)
        print(f"{name}: {points_reached(victims[0].folder)} crash points in the undisturbed run, {len(expected)} steps", flush=True)
        victims += [make_victim() for _ in range(count_of_victims - 1)]
        points = Points()

        def work(victim):
            while (at := points.take()) is not None:
                died, end, story = victim.deploy_with_crash(at)
                victim.check(at, end, story, expected)
                points.tell(at, died)
            return victim.stop_traffic()

        with concurrent.futures.ThreadPoolExecutor(count_of_victims) as pool:
            results = [future.result() for future in concurrent.futures.as_completed([pool.submit(work, victim) for victim in victims])]
    finally:
        for victim in victims:
            victim.close()
    sent, lost = (sum(column) for column in zip(*results))
    count = points.count()
    killed = len([at for at in points.killed if at <= count])
    print(f"{name}: killed at {killed} of {count} points (at least {least} wanted); {sent} requests sent, {lost} lost", flush=True)
    assert killed == count, f"not killed at {sorted(set(range(1, count + 1)) - points.killed)}"
    assert count >= least, "crash points may only become more"
    assert lost == 0
