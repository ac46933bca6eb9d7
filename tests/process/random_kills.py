"""kill -9 of the portal at any instant, again and again, on real processes under constant traffic.

usage: random_kills.py KILLS [SEED]

Deployments follow each other by a strategy drawn by chance; all the while the portal is killed after pauses drawn by chance, also
while it starts. Each deployment must end as if nothing had happened, and no request may be lost.
"""
import random
import sys
import threading

from kill_matrix import Victim, steps

LONGEST_PAUSE = 4.0


class Killer(threading.Thread):
    """Kills the portal of a site after random pauses, so many times."""

    def __init__(self, site, kills, chance):
        super().__init__(daemon=True)
        self.site, self.left, self.chance, self.killed, self.over = site, kills, chance, 0, threading.Event()

    def run(self):
        while self.left > 0 and not self.over.wait(self.chance.uniform(0, LONGEST_PAUSE)):
            if self.site.portal.poll() is None:
                self.site.portal.kill()
                self.left -= 1
                self.killed += 1


def main(kills, seed):
    chance = random.Random(seed)
    print(f"{kills} kills, seed {seed}", flush=True)
    victim = Victim("canary")
    try:
        expected = {}
        for strategy in ("canary", "blue-green", "rolling"):
            victim.strategy = strategy
            expected[strategy] = steps(victim.deploy()[2])
        killer = Killer(victim.site, kills, chance)
        killer.start()
        deployments = 0
        while killer.is_alive():
            victim.strategy = chance.choice(list(expected))
            _, end, story = victim.deploy()
            deployments += 1
            assert end["phase"] == "completed", f"deployment {deployments}: {end['phase']}: {end['reason']}"
            assert steps(story) == expected[victim.strategy], f"deployment {deployments}: the story differs: {steps(story)}"
        victim.deploy()
        victim.check("the end", *victim.deploy()[1:], expected[victim.strategy])
        summary, own = victim.close()
    finally:
        victim.site.close()
    print(f"killed {killer.killed} times in {deployments} deployments; {summary['sent']} requests sent, {summary['lost']} lost, "
          f"{own} answered by HAProxy itself", flush=True)
    assert killer.killed == kills and summary["lost"] == 0 and own == 0


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1_000_000))
