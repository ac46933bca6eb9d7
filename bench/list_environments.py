"""GET /api/environments: pilothouse, nginx sending the same bytes from a file, Express with better-sqlite3."""
import http.client
import json
import re
import subprocess

import sites
from express_peer import Express
from harness import until
from measure import cpu_seconds, median, spread
from nginx_peer import Nginx
from report import table

SERVER_CORE, GENERATOR_CORE = 0, 1
CONNECTIONS = 32
COUNT = 100


def load(address, path, token, seconds):
    """(requests a second, p99 latency as wrk says it) from one thread of wrk with keep-alive."""
    said = subprocess.run([*sites.pin(GENERATOR_CORE), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-H", f"Authorization: Bearer {token}",
                           f"http://{address}{path}"], stdout=subprocess.PIPE, text=True, check=True).stdout
    for bad in ("Non-2xx", "Socket errors", "nan"):
        assert bad not in said, said
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), re.search(r"99%\s+(\S+)", said)[1]


class Contender:
    def __init__(self, name, server, pid, path="/api/environments"):
        self.name, self.address, self.pid, self.path = name, server.address, pid, path
        self.rates, self.costs, self.latencies, self.busy = [], [], [], []

    def round(self, token, seconds):
        before = cpu_seconds(self.pid)
        rate, latency = load(self.address, self.path, token, seconds)
        self.rates.append(rate)
        self.latencies.append(latency)
        used = cpu_seconds(self.pid) - before
        self.busy.append(used / seconds * 100)
        self.costs.append(used / (rate * seconds) * 1e6)


def answer_of(contender, token):
    """Its body; and that it is refused without the right token is the point of 'with authentication'."""
    connection = http.client.HTTPConnection(contender.address, timeout=10)
    connection.request("GET", contender.path, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200 and not answer.getheader("Content-Encoding"), (contender.name, answer.status)
    connection.request("GET", contender.path, headers={"Authorization": "Bearer wrong"})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == (200 if contender.name == "nginx, file" else 401), (contender.name, answer.status)
    return body


def is_up(server):
    try:
        connection = http.client.HTTPConnection(server.address, timeout=1)
        connection.request("GET", "/")
        connection.getresponse()
        return True
    except OSError:
        return False


def run(report, folder, quick):
    rounds, seconds = (2, 2) if quick else (7, 5)
    with sites.site(extra=sites.environments(COUNT - 1)) as portal:
        sites.start(portal)
        subprocess.run(["taskset", "-acp", str(SERVER_CORE), str(portal.portal.pid)], stdout=subprocess.DEVNULL, check=True)
        status, body, fields = portal.raw("GET", "/api/environments")
        assert status == 200 and "Content-Encoding" not in fields
        listed = json.loads(body)
        assert len(listed["items"]) == COUNT
        nginx = Nginx(folder, body, SERVER_CORE)
        express = Express(folder, listed, portal.token, SERVER_CORE)
        try:
            until(lambda: is_up(nginx) and is_up(express), "nginx and Express answer")
            contenders = [Contender("pilothouse", portal, portal.portal.pid), Contender("nginx, file", nginx, nginx.process.pid),
                          Contender("Express + better-sqlite3", express, express.process.pid),
                          Contender("Express, text kept in memory", express, express.process.pid, "/kept")]
            for each in contenders:
                assert json.loads(answer_of(each, portal.token)) == listed, f"{each.name} answers something else"
                load(each.address, each.path, portal.token, 1)
            for _ in range(rounds):
                for each in contenders:
                    each.round(portal.token, seconds)
        finally:
            nginx.stop()
            express.stop()
    tell(report, contenders, len(body), rounds, seconds)


def tell(report, contenders, size, rounds, seconds):
    ours, nginx, express, kept = contenders
    ratios = {each.name: [own / other for own, other in zip(ours.rates, each.rates)] for each in contenders}
    costs = {each.name: [other / own for own, other in zip(ours.costs, each.costs)] for each in contenders}
    rows = [(each.name, spread(each.rates, "{:.0f}"), spread(each.costs, "{:.1f}"), f"{median(each.busy):.0f} %", median_text(each.latencies),
             "" if each is ours else spread(ratios[each.name]), "" if each is ours else spread(costs[each.name])) for each in contenders]
    report.goal("`GET /api/environments`, 100 environments, of nginx's rate", "at least 0.8", spread(ratios[nginx.name]), median(ratios[nginx.name]) >= 0.8)
    report.goal("the same, against Express + better-sqlite3", "20-40 times", f"{median(ratios[express.name]):.0f} times", median(ratios[express.name]) >= 20)
    report.chapter("GET /api/environments with authentication", f"""
{COUNT} environments with one component each, {size} bytes, identity encoding, no 304. Generator: `wrk -t1 -c{CONNECTIONS} -d{seconds}s` with keep-alive on
core {GENERATOR_CORE}; each server on core {SERVER_CORE}. {rounds} rounds, the servers by turns. All answer the same JSON; pilothouse and Express check the
session's token (nginx does not), and refuse a wrong one. A ratio is taken within a round. Where a
server did not fill its core, wrk was the slower side (or something else ran), and the processor time of an answer tells more than the rate.

{table(("Server", "answers/s", "CPU us an answer", "of its core", "p99", "pilothouse's rate to it", "its CPU to pilothouse's"), rows)}
""")


def median_text(latencies):
    """Of what wrk says; its correction of latencies overflows now and then and says a negative time, which is left out."""
    microseconds = {"us": 1, "ms": 1e3, "s": 1e6, "m": 60e6}
    read = [(re.fullmatch(r"([\d.]+)(us|ms|s|m)", text), text) for text in latencies]
    told = sorted((float(found[1]) * microseconds[found[2]], text) for found, text in read if found)
    return told[len(told) // 2][1] if told else "-"
