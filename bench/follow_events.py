"""Events to 1,000 clients beside npm's socket.io, and from an order to each follower of a portal."""
import json
import os
import pathlib
import subprocess

import sites
from harness import until
from report import table

HERE = pathlib.Path(__file__).resolve().parent
FOLLOWERS = 1000
CROWD = 10000


def echo(quick):
    """Medians: {row: {npm, realtime-echo}}."""
    flags = ["--rounds", "1", "--events", "100", "--idle", "1000"] if quick else ["--rounds", "5"]
    program = os.path.join(os.environ["BENCH_BUILD"], "tests", "realtime-echo")
    done = subprocess.run([HERE / "realtime" / "run.sh", "--json", *flags], stdout=subprocess.PIPE, text=True, check=True,
                          env={**os.environ, "REALTIME_ECHO_PROGRAM": program})
    return json.loads(done.stdout)


def on_a_portal(program, followers, orders):
    """What the program says of that many followers of a portal under traffic, on which a canary bakes."""
    folder = subprocess.run([HERE.parent / "tests" / "realtime" / "install.sh"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    try:
        subprocess.run(["cp", HERE / "realtime" / program, HERE / "realtime" / "raw_clients.mjs", folder], check=True)
        with sites.site() as portal:
            sites.start(portal)
            portal.wait_end(portal.deploy("1.0.0"))
            portal.start_traffic(rate=100)
            id = portal.api("POST", "/api/environments/demo/deploy",
                            {"version": "1.1.0", "strategy": "canary", "options": {"strategy": {"bake": "30m"}}})["id"]
            portal.wait_weight(id, 25)
            until(lambda: "bake" in str(portal.deployment(id)["components"][0]["plan"][portal.deployment(id)["components"][0]["step"] - 1]["kind"]), "it bakes")
            said = subprocess.run([folder + "/node", program, "http://" + portal.address, portal.token, id, str(followers), str(orders),
                                   str(portal.portal.pid)], stdout=subprocess.PIPE, text=True, check=True, cwd=folder)
            portal.stop_traffic()
    finally:
        subprocess.run(["rm", "-rf", folder], check=True)
    return json.loads(said.stdout)


def run(report, folder, quick):
    measured = echo(quick)
    rows = [(row, f"{values['npm']:,.2f}", f"{values['realtime-echo']:,.2f}", f"{values['better']:.2f}") for row, values in measured.items()]
    cpu = next(values for row, values in measured.items() if row.startswith("CPU"))
    memory = {row: values for row, values in measured.items() if row.startswith("memory")}
    largest = list(memory.values())[-1]["realtime-echo"]
    report.goal("CPU a delivered event, 1,000 clients", "at most a fifth of npm socket.io", f"1/{cpu['better']:.1f} of it", cpu["better"] >= 5)
    report.goal("memory a connected client", "at most a third of npm socket.io",
                ", ".join(f"1/{values['better']:.1f}" for values in memory.values()) + " of it", all(values["better"] >= 3 for values in memory.values()))
    report.goal("10,000 clients", "at most 24 KiB each", f"{largest:.1f} KiB", largest <= 24)
    portal = on_a_portal("portal.mjs", FOLLOWERS, 20 if quick else 200)
    report.goal("from an order to each of 1,000 followers", "-", f"p99 {portal['p99']:.0f} ms", True)
    crowd = on_a_portal("crowd.mjs", CROWD, 10 if quick else 100)
    report.goal(f"{CROWD:,} followers of one portal: without an event of a deployment", "0", f"{crowd['lacking']}", crowd["lacking"] == 0)
    report.chapter("Events over Socket.IO", f"""
`realtime-echo` is the portal's library with the handlers of its npm twin (`tests/realtime/echo.mjs`: socket.io 4.8, as it comes); the same clients, which
parse no more than they must, measure both in turns. CPU is the server process's, kernel included: on loopback that is most of it, because the
sender's call does the receiver's work, too.

{table(("", "npm socket.io", "ours", "times better"), rows)}

A portal under traffic with {FOLLOWERS:,} followers of `admin`; a deployment is paused and resumed in turn. From sending the request until a follower has
the event, so asking, committing and telling together, over {portal['deliveries']:,} deliveries: median {portal['median']:.0f} ms,
**p99 {portal['p99']:.0f} ms**, longest {portal['most']:.0f} ms. Half of the machine is busy being the thousand clients.

The same with {CROWD:,} followers, over raw sockets; then the deployment is promoted to its end. All of them got the same {crowd['events']:,} events of it.
From sending the request until the **last** follower has the event: median {crowd['median']:,.0f} ms, p99 {crowd['p99']:,.0f} ms, longest {crowd['most']:,.0f} ms.
Memory (RSS) of the portal: {crowd['before'] / 1024:.1f} MiB before, {crowd['after'] / 1024:.1f} MiB with them, {crowd['each']:.1f} KiB each;
{crowd['high'] / 1024:.1f} MiB after all of it. {CROWD:,} had joined after {crowd['joined'] / 1000:.1f} s.
""")
