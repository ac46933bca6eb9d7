"""What is taken away, given wrongly, or used twice: noticed, named, healed or refused; nothing that was promised is lost."""
import json
import os
import signal
import socket
import subprocess
import unittest

from harness import PROGRAM, Refused, Site, free_port, new_key, until


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
        for name, command in (("python", ["python3", "-m", "http.server", "{port}", "--bind", "127.0.0.1"]),):
            with self.subTest(name):
                site = Site(service=command, health="/", judge={"min_requests": 5})
                self.addCleanup(site.close)
                site.start()
                self.assertEqual(site.wait_end(site.deploy("1.0.0"))["phase"], "completed")
                site.start_traffic(rate=50, mix="plain")
                self.assertEqual(site.wait_end(site.deploy("1.1.0", "canary"))["phase"], "completed")
                self.assertEqual(site.stop_traffic()["lost"], 0)


if __name__ == "__main__":
    unittest.main()
