"""What is taken away, given wrongly, or used twice: noticed, named, healed or refused; nothing that was promised is lost."""
import contextlib
import datetime
import glob
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import unittest

from harness import PROGRAM, Postgresql, Refused, Site, free_port, new_key, until


SCRIPTS = pathlib.Path(__file__).parents[2] / "scripts"
LIBFAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), "libfaketime is not installed")


class Faults(unittest.TestCase):
    def site(self, deployed="1.0.0", traffic=True, **options):
        site = Site(**options)
        self.addCleanup(site.close)
        site.start()
        if deployed:
            end = site.wait_end(site.deploy(deployed))
            self.assertEqual(end["phase"], "completed", end["reason"])
        if traffic:
            site.start_traffic()
        return site

    def test_killed_haproxy_is_named_and_healed_and_new_connections_wait_for_it(self):
        site = self.site(strategy={"bake": "4s"})
        id = site.deploy("1.1.0", "canary")
        site.wait_weight(id, 25)
        os.kill(site.running()["haproxy"][0], signal.SIGKILL)
        end = site.wait_end(id)
        self.assertEqual(end["phase"], "completed", end["reason"])
        self.assertTrue(any("HAProxy" in text and "started again" in text for text in site.story(id)), site.story(id))
        summary = site.stop_traffic()
        # Only what was in flight in it: at 100 a second, with answers of 2 s for one in a hundred.
        self.assertLessEqual(summary["lost"], 20, summary)
        self.assertGreater(summary["by_version"]["1.1.0"]["ok"], 0)

    def test_a_killed_replica_is_named_and_started_again(self):
        site = self.site(strategy={"bake": "4s"})
        id = site.deploy("1.1.0", "canary")
        site.wait_weight(id, 25)
        os.kill(site.running()["web-r1-0"][0], signal.SIGKILL)
        end = site.wait_end(id)
        self.assertEqual(end["phase"], "completed", end["reason"])
        self.assertTrue(any("web-r1-0 ended" in text for text in site.story(id)), site.story(id))
        self.assertLessEqual(site.stop_traffic()["lost"], 10)

    def test_the_health_check_tells_a_replica_that_cannot_come_back(self):
        site = self.site(traffic=False)
        healthy = self.health(site)
        self.assertEqual(healthy.returncode, 0, healthy.stdout + healthy.stderr)
        self.assertIn("demo is healthy", healthy.stdout)
        self.assertEqual(self.health(site, "green").returncode, 1, "no rollout is under way")

        (site.folder / "opt" / "1.0.0" / "svc").unlink()
        os.kill(site.running()["web-r1-1"][0], signal.SIGKILL)
        sick = until(lambda: (answer := self.health(site, "--output", "json")).returncode == 1 and answer, "the check fails")
        checks = {check["name"]: check for check in json.loads(sick.stdout)["checks"]}
        self.assertEqual(checks["replicas"]["result"], "warning", checks)
        self.assertIn("1 of 2 replicas of 1.0.0 are ready: web-r1-1", checks["replicas"]["text"])

        site.kill()
        self.assertEqual(self.health(site).returncode, 6)

    def health(self, site, *arguments):
        variables = {**os.environ, "PILOTHOUSE": PROGRAM, "PILOTHOUSE_SERVER": f"http://{site.address}", "PILOTHOUSE_TOKEN": site.token}
        command = [PROGRAM, "health"] if "--output" in arguments else [str(SCRIPTS / "health-check.sh")]
        return subprocess.run([*command, "demo", *arguments], capture_output=True, text=True, timeout=60, env=variables)

    def test_outside_of_deployments_what_is_killed_comes_back(self):
        site = self.site()
        before = site.running()["web-r1-1"][0]
        os.kill(before, signal.SIGKILL)
        until(lambda: site.running().get("web-r1-1") not in (None, [], [before]), "the replica runs again")
        until(lambda: site.component()["health"] == "healthy", "it is healthy again")

    def test_a_portal_that_is_killed_and_started_again_goes_on(self):
        site = self.site(strategy={"bake": "3s"})
        id = site.deploy("1.1.0", "canary")
        site.wait_weight(id, 50)
        site.kill()
        site.start()
        self.assertEqual(site.wait_end(id)["phase"], "completed")
        self.assertEqual(site.stop_traffic()["lost"], 0)

    def test_stopping_the_portal_loses_nothing_and_leaves_everything_running(self):
        site = self.site()
        self.assertEqual(site.terminate(), 0)
        self.assertEqual(set(site.running()), {"haproxy", "web-r1-0", "web-r1-1"})
        self.assertEqual(site.stop_traffic()["lost"], 0)
        site.start()

    def test_a_second_portal_on_the_same_folder_refuses(self):
        site = self.site(deployed=None, traffic=False)
        second = subprocess.run([PROGRAM, "serve", "--data-folder", str(site.folder / "data"), "--runtime-folder", str(site.folder / "run2"),
                                 "--environments-file", str(site.folder / "environments.yaml"), "--listen", f"127.0.0.1:{free_port()}"],
                                capture_output=True, text=True, timeout=60)
        self.assertNotEqual(second.returncode, 0)
        self.assertIn("another portal", second.stderr)
        self.assertEqual(len(second.stderr.strip().splitlines()), 1, second.stderr)

    def test_what_keeps_it_from_starting_is_one_sentence(self):
        site = Site()
        self.addCleanup(site.close)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            common = {"--data-folder": str(site.folder / "data"), "--runtime-folder": str(site.folder / "run"),
                      "--environments-file": str(site.folder / "environments.yaml"), "--listen": f"127.0.0.1:{free_port()}"}
            cases = {
                "uses this port": {"--listen": f"127.0.0.1:{taken.getsockname()[1]}"},
                "reached from other machines": {"--listen": f"0.0.0.0:{free_port()}"},
                "none.yaml": {"--environments-file": str(site.folder / "none.yaml")},
                "/proc": {"--data-folder": "/proc/pilothouse"},
            }
            for words, change in cases.items():
                with self.subTest(words):
                    flags = [word for pair in {**common, **change}.items() for word in pair]
                    refused = subprocess.run([PROGRAM, "serve", *flags], capture_output=True, text=True, timeout=60)
                    self.assertNotEqual(refused.returncode, 0)
                    self.assertIn(words, refused.stderr)
        (site.folder / "data").mkdir(exist_ok=True)
        (site.folder / "data" / "pilothouse.db").write_bytes(b"not a database, but long enough to look like one" * 100)
        damaged = subprocess.run([PROGRAM, "serve", *[word for pair in common.items() for word in pair]], capture_output=True, text=True, timeout=60)
        self.assertNotEqual(damaged.returncode, 0)
        self.assertIn("pilothouse.db", damaged.stderr)

    def test_what_cannot_be_asked_is_refused_with_what_to_do_and_changes_nothing(self):
        site = self.site(traffic=False)
        before = site.api("GET", "/api/deployments")
        cases = [
            ({"version": "9.9.9"}, 400, "9.9.9"),
            ({"version": "../x"}, 400, "version"),
            ({"version": "1.1.0", "strategy": "blue-gren"}, 400, "blue-green"),
            ({"version": "1.1.0", "components": ["wbe"]}, 400, "web"),
            ({"version": "1.1.0", "optoins": {}}, 400, "options"),
            ({"strategy": "canary"}, 400, "version"),
            ({"version": "1.1.0", "options": {"strategy": {"weights_percent": [50, 10]}}}, 400, "weights_percent"),
            ([], 400, "object"),
        ]
        for body, status, words in cases:
            with self.subTest(words), self.assertRaises(Refused) as refused:
                site.api("POST", "/api/environments/demo/deploy", body)
            self.assertEqual(refused.exception.status, status, refused.exception.problem)
            self.assertIn(words, refused.exception.problem["detail"])
        with self.assertRaises(Refused) as unknown:
            site.api("POST", "/api/environments/dmeo/deploy", {"version": "1.1.0"})
        self.assertEqual(unknown.exception.status, 404)
        self.assertIn("demo", unknown.exception.problem["detail"])
        self.assertEqual(site.api("GET", "/api/deployments"), before)

    def test_a_disabled_environment_takes_no_deployment_until_it_is_enabled_again(self):
        site = self.site(traffic=False)
        site.api("PUT", "/api/admin/environments/demo/toggle", {"enabled": False})
        self.assertIn("# the test's own environment", (site.folder / "environments.yaml").read_text())
        with self.assertRaises(Refused) as refused:
            site.deploy("1.1.0")
        self.assertEqual(refused.exception.status, 409)
        site.api("PUT", "/api/admin/environments/demo/toggle", {"enabled": True})
        self.assertEqual(site.wait_end(site.deploy("1.1.0", "rolling"))["phase"], "completed")

    def test_the_same_key_is_the_same_deployment(self):
        site = self.site(traffic=False)
        key = {"Idempotency-Key": new_key()}
        first = site.api("POST", "/api/environments/demo/deploy", {"version": "1.1.0"}, key)
        self.assertEqual(site.api("POST", "/api/environments/demo/deploy", {"version": "1.1.0"}, key)["id"], first["id"])
        with self.assertRaises(Refused) as refused:
            site.api("POST", "/api/environments/demo/deploy", {"version": "1.3.0"}, key)
        self.assertEqual(refused.exception.status, 422)

    def test_a_planted_drain_fault_loses_requests_and_is_seen(self):
        site = Site(strategy={"bake": "300ms"})
        self.addCleanup(site.close)
        site.start(environment={"PILOTHOUSE_PLANTED_FAULT": "drain_skipped"})
        site.wait_end(site.deploy("1.0.0"))
        site.start_traffic(rate=200)
        lost = 0
        for version in ("1.1.0", "1.3.0", "1.1.0", "1.3.0"):
            site.wait_end(site.deploy(version, "blue-green"))
        lost = site.stop_traffic()["lost"]
        self.assertGreater(lost, 0, "the ledger must see requests that are cut")

    def test_other_programs_work_the_same(self):
        nginx = ["sh", "-c", "echo 'events {} http { access_log off; client_body_temp_path body; server { listen 127.0.0.1:{port}; "
                 "location / { return 200 {version}; } } }' >{folder}/nginx.conf; "
                 "exec nginx -p {folder} -c {folder}/nginx.conf -e stderr -g 'daemon off; pid nginx.pid;'"]
        python = ["python3", "-m", "http.server", "{port}", "--bind", "127.0.0.1"]
        for name, command in (("nginx", nginx), ("python", python)):
            with self.subTest(name):
                site = Site(service=command, health="/", judge={"min_requests": 5})
                self.addCleanup(site.close)
                site.start()
                end = site.wait_end(site.deploy("1.0.0"))
                self.assertEqual(end["phase"], "completed", end["reason"])
                site.start_traffic(rate=50, mix="plain")
                for strategy, version in (("canary", "1.1.0"), ("rolling", "1.3.0")):
                    end = site.wait_end(site.deploy(version, strategy))
                    self.assertEqual(end["phase"], "completed", end["reason"])
                self.assertEqual(site.stop_traffic()["lost"], 0)
                site.close()

    def test_without_a_haproxy_that_can_be_used_it_waits_and_says_what_to_install(self):
        # A double: what a program that does not know our configuration says of it.
        old = tempfile.NamedTemporaryFile("w", suffix="-haproxy", delete=False)
        self.addCleanup(os.unlink, old.name)
        old.write("#!/bin/sh\necho \"[ALERT]    (1) : config : parsing [haproxy.cfg:9] : unknown keyword 'http-after-response'\" >&2\nexit 1\n")
        old.close()
        os.chmod(old.name, 0o755)
        for program, words in (("/nowhere/haproxy", "install HAProxy 2.6 or later"), (old.name, "2.6 or later is needed")):
            with self.subTest(program):
                site = self.site(deployed=None, traffic=False, settings={"PILOTHOUSE_HAPROXY": program})
                id = site.deploy("1.0.0")
                waiting = site.wait_for(id, lambda seen: words in seen["reason"], f"the reason says {words!r}")
                self.assertEqual(waiting["status"], "deploying")
                site.close()

    def test_when_all_ports_are_taken_it_names_the_range_and_goes_on_when_one_is_free(self):
        with socket.socket() as first, socket.socket() as second:
            taken = self.two_ports(first, second)
            site = self.site(deployed=None, traffic=False, replicas=1, settings={"PILOTHOUSE_PORT_FIRST": str(taken), "PILOTHOUSE_PORT_LAST": str(taken + 1)})
            id = site.deploy("1.0.0")
            site.wait_for(id, lambda seen: f"all ports from {taken} to {taken + 1} are taken" in seen["reason"], "the reason names the range")
            second.close()
            self.assertEqual(site.wait_end(id)["phase"], "completed")
            self.assertEqual(site.component()["replicas"][0]["port"], taken + 1)

    def two_ports(self, first, second):
        """Takes two ports that stand side by side."""
        while True:
            first.close()
            first.__init__()
            first.bind(("127.0.0.1", 0))
            first.listen()
            port = first.getsockname()[1]
            with contextlib.suppress(OSError):
                second.bind(("127.0.0.1", port + 1))
                second.listen()
                return port

    def test_a_full_disk_loses_nothing_and_it_goes_on_when_there_is_room_again(self):
        site = Site(strategy={"bake": "2s"})
        self.addCleanup(site.close)
        site.start(on_small_disk="16M")
        self.assertEqual(site.wait_end(site.deploy("1.0.0"))["phase"], "completed")
        site.start_traffic()
        id = site.deploy("1.1.0", "canary")
        site.wait_weight(id, 25)
        fill = site.inside("filling")
        with contextlib.suppress(OSError), open(fill, "wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 4096)
        until(lambda: site.raw("GET", "/readyz")[0] == 503, "it says that it is not ready")
        self.assertIn("full", json.loads(site.raw("GET", "/readyz")[1])["detail"])
        status, answer, _ = site.raw("POST", "/api/environments/demo/deploy", {"version": "1.3.0"})
        self.assertEqual(status, 503, answer)
        self.assertIn("full", json.loads(answer)["detail"])
        stands = site.deployment(id)
        self.assertEqual(stands["status"], "deploying", "reading works, and nothing is given up")
        os.unlink(fill)
        end = site.wait_end(id)
        self.assertEqual(end["phase"], "completed", end["reason"])
        self.assertEqual(len(site.api("GET", "/api/deployments")["items"]), 2, "what was refused is not there")
        self.assertEqual(site.raw("GET", "/readyz")[0], 200)
        self.assertEqual(site.stop_traffic()["lost"], 0)

    def test_on_postgresql_a_stand_by_waits_for_the_lease_says_so_and_goes_on_from_what_was_stored(self):
        database = Postgresql()
        self.addCleanup(database.close)
        site = Site(strategy={"weights_percent": [25, 50, 100], "bake": "3s"}, settings={"PILOTHOUSE_DATABASE": database.connection})
        self.addCleanup(site.close)
        site.start()
        self.assertEqual(site.wait_end(site.deploy("1.0.0"))["phase"], "completed")
        site.start_traffic()
        first, first_address = site.portal, site.address
        # It has read everything now; what comes is stored by the other one.
        site.address = f"127.0.0.1:{free_port()}"
        site.start()
        self.addCleanup(first.wait)
        self.addCleanup(first.kill)  # halted or not
        stand_by = site.address
        site.address = first_address
        id = site.deploy("1.1.0", "canary")
        site.wait_weight(id, 50)
        site.address = stand_by
        told = site.deployment(id)
        self.assertEqual((told["version"], told["status"]), ("1.1.0", "deploying"), "the stand-by answers what is stored")
        with self.assertRaises(Refused) as refused:
            site.act(id, "pause")
        self.assertEqual((refused.exception.status, refused.exception.problem["code"]), (409, "conflict"))
        self.assertIn("driven by another portal", refused.exception.problem["detail"])
        first.send_signal(signal.SIGSTOP)  # halted for longer than its lease
        site.address = stand_by
        site.wait_for(id, lambda seen: seen["observed_at"] is not None, "the stand-by has taken over")
        end = site.wait_end(id)
        self.assertEqual(end["phase"], "completed", end["reason"])
        first.send_signal(signal.SIGCONT)
        site.address = first_address
        until(lambda: "is driven by" in site.component()["reason"], lambda: f"it says who drives now: {site.component()['reason']}")
        site.address = stand_by
        end = site.wait_end(site.deploy("1.3.0", "canary"))
        self.assertEqual(end["phase"], "completed", end["reason"])
        self.assertEqual({replica["version"] for replica in site.component()["replicas"]}, {"1.3.0"})
        self.assertEqual(site.stop_traffic()["lost"], 0)

    def test_a_clock_that_jumps_promotes_nothing_early_and_times_nothing_out(self):
        site = Site(strategy={"weights_percent": [25, 100], "bake": "6s", "progress_deadline": "60s"}, judge={"max_wait": "60s"})
        self.addCleanup(site.close)
        offset = site.folder / "clock-offset"
        offset.write_text("+0")
        site.start(environment={"LD_PRELOAD": LIBFAKETIME, "FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1",
                                "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        self.assertEqual(site.wait_end(site.deploy("1.0.0"))["phase"], "completed")
        site.start_traffic()
        for jump in ("+1h", "-1h"):
            with self.subTest(jump):
                version = {"+1h": "1.1.0", "-1h": "1.3.0"}[jump]
                id = site.deploy(version, "canary")
                baking = site.wait_for(id, lambda seen: seen["components"][0]["weight_percent"] >= 25, "25 % of the traffic")
                offset.write_text(jump)
                until(lambda: abs(hours_between(baking["observed_at"], site.deployment(id)["observed_at"])) > 0.9, "the portal's clock has jumped")
                self.assertEqual(site.deployment(id)["components"][0]["weight_percent"], 25, "the bake of 6 s is not over")
                end = site.wait_end(id)
                self.assertEqual(end["phase"], "completed", end["reason"])
        self.assertEqual(site.stop_traffic()["lost"], 0)


def hours_between(earlier, later):
    read = lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (read(later) - read(earlier)).total_seconds() / 3600


if __name__ == "__main__":
    unittest.main()
