"""What a portal needs when nothing happens."""
import time

import sites
from express_peer import Express
from measure import cpu_seconds, mib, resident_kib
from report import table
from start_up import answers_at_all


def settled(pid, seconds):
    """(RSS, PSS, percent of a core) after a while of nothing."""
    time.sleep(seconds)
    before = cpu_seconds(pid)
    time.sleep(seconds)
    return (*resident_kib(pid), (cpu_seconds(pid) - before) / seconds * 100)


def run(report, folder, quick):
    seconds = 2 if quick else 10
    rows = []
    for name, count in (("pilothouse, one environment, 2 replicas running", 0), ("pilothouse, 1,000 environments", 999)):
        with sites.site(extra=sites.environments(count) if count else "") as portal:
            sites.start(portal)  # also makes the administrator: one argon2id, which takes 64 MiB and gives them back
            portal.wait_end(portal.deploy("1.0.0"))
            listed = portal.api("GET", "/api/environments")
            rows.append((name, *settled(portal.portal.pid, seconds)))
    express = Express(folder, listed, "token", 0)
    try:
        answers_at_all(express.address)
        rows.append(("Express + better-sqlite3", *settled(express.process.pid, seconds)))
    finally:
        express.stop()
    measured = rows[0][1]
    report.goal("idle memory (RSS)", "under 40 MiB", mib(measured), measured < 40 * 1024)
    report.chapter("Idle memory", f"""
RSS and PSS of the portal's one process, {seconds} s after its first deployment ended; HAProxy and the replicas are processes of their own and not counted.

{table(("", "RSS", "PSS", "of a core"), [(name, mib(rss), mib(pss), f"{share:.1f} %") for name, rss, pss, share in rows])}
""")
