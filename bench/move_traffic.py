"""From the verdict to the last request that the bad version got."""
import concurrent.futures
import datetime

import sites
from measure import median, percentile
from report import table

RATE = 200


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Rollback:
    """One that has ended: when it was asked for, when the verdict was found, when it was over."""

    def __init__(self, portal, id):
        end = portal.wait_end(id)
        assert end["phase"] == "rolled_back", end
        self.log = portal.api("GET", f"/api/deployments/{id}/logs?limit=1000")["items"]
        self.began, self.ended = moment(end["created_at"]), moment(end["completed_at"])
        self.verdict = next(moment(entry["time"]) for entry in self.log if entry["text"].startswith("goes back: "))

    def delay(self, sent):
        """Seconds from the verdict to the last request; below zero when that one came first. `sent` is sorted."""
        own = [at for at in sent if self.began <= at <= self.ended]
        assert own, "the bad version got requests"
        if own[-1] - self.verdict > 1:
            self.tell(own)
        return own[-1] - self.verdict

    def tell(self, own):
        print(f"late: the verdict came {self.verdict - self.began:.3f} s after the begin; the last requests: "
              + ", ".join(f"{at - self.began:.3f}" for at in own[-5:]))
        for entry in self.log:
            print(f"  {moment(entry['time']) - self.began:.3f} {entry['step']}: {entry['text']}")


def sent_to(ledger, version):
    """When each request was sent that this version answered, sorted."""
    sent, found = {}, []
    with open(ledger) as lines:
        for line in lines:
            words = line.split()
            if words[0] == "sent":
                sent[words[1]] = words[5]
            elif words[0] == "done" and words[4] == version:
                found.append(moment(sent[words[1]]))
    return sorted(found)


def roll_back_often(times, failing_percent):
    """Delays in seconds, one for each rollback, and the summary of the traffic."""
    with sites.site(errors_percent={"1.2.0": failing_percent}, strategy={"bake": "20s"}) as portal:
        sites.start(portal)
        assert portal.wait_end(portal.deploy("1.0.0"))["phase"] == "completed"
        portal.start_traffic(rate=RATE)
        rollbacks = [Rollback(portal, portal.deploy("1.2.0", "canary")) for _ in range(times)]
        summary = portal.stop_traffic()
        answered = sent_to(portal.ledger, "1.2.0")
        return [rollback.delay(answered) for rollback in rollbacks], summary


def run(report, folder, quick):
    side_by_side, times = (2, 2) if quick else (3, 40)
    with concurrent.futures.ThreadPoolExecutor(side_by_side) as pool:
        done = list(pool.map(lambda _: roll_back_often(times, 30), range(side_by_side)))
    delays = [delay * 1000 for part, _ in done for delay in part]
    lost = sum(summary["lost"] for _, summary in done)
    sent = sum(summary["sent"] for _, summary in done)
    worst = percentile(delays, 99)
    report.goal("verdict to traffic moved, p99", "under 1 s", f"{worst:.0f} ms", worst < 1000)
    report.goal("requests lost in these rollbacks", "0", lost, lost == 0)
    report.chapter("Verdict to traffic moved", f"""
{len(delays)} canaries of a version that fails 30 % of its requests, {side_by_side} portals side by side, each with its HAProxy, replicas and {RATE} requests a second from
`demo-traffic`. From the time of the log line with the verdict (when HAProxy's counters were read) to the last request sent that the bad version answered, by the
ledger of the traffic program; below zero: the last one was sent before; at 25 % of {RATE} requests a second such a request comes every {1000 / RATE * 4:.0f} ms. {sent} requests were sent, **{lost} lost**. There is no peer.

{table(("rollbacks", "median", "p90", "p99", "worst"), [(len(delays), *(f"{value:.0f} ms" for value in (median(delays), percentile(delays, 90), worst, max(delays))))])}
""")
