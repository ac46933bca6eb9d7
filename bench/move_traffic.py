"""From the verdict to the last request that the bad version got."""
import concurrent.futures
import datetime

import sites
from measure import median, percentile
from report import table

RATE = 200


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def verdict_time(portal, id):
    """Of the log line that says so: when the look began that found the verdict."""
    entries = portal.api("GET", f"/api/deployments/{id}/logs?limit=1000")["items"]
    return next(moment(entry["time"]) for entry in entries if entry["text"].startswith("goes back: "))


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


def roll_back_often(times, service_errors):
    """Delays in seconds, one for each rollback, and the summary of the traffic."""
    with sites.site(errors_percent={"1.2.0": service_errors}, strategy={"bake": "20s"}, judge={}) as portal:
        sites.start(portal)
        assert portal.wait_end(portal.deploy("1.0.0"))["phase"] == "completed"
        portal.start_traffic(rate=RATE)
        rollbacks = []
        for _ in range(times):
            id = portal.deploy("1.2.0", "canary")
            end = portal.wait_end(id)
            assert end["phase"] == "rolled_back", end
            rollbacks.append((moment(end["created_at"]), verdict_time(portal, id), moment(end["completed_at"])))
        summary = portal.stop_traffic()
        answered = sent_to(portal.ledger, "1.2.0")
        delays = []
        for began, verdict, ended in rollbacks:
            own = [at for at in answered if began <= at <= ended + 1]
            assert own, "the bad version got requests"
            delays.append(max(0.0, own[-1] - verdict))
        return delays, summary


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
`demo-traffic`. From the time of the log line with the verdict to the last request sent that the bad version answered, by the ledger of the
traffic program; at 25 % of {RATE} requests a second such a request comes every {1000 / RATE * 4:.0f} ms. {sent} requests were sent, **{lost} lost**. There is no peer.

{table(("rollbacks", "median", "p90", "p99", "worst"), [(len(delays), *(f"{value:.0f} ms" for value in (median(delays), percentile(delays, 90), worst, max(delays))))])}
""")
