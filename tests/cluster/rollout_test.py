"""Versions brought to a real cluster, under constant load, without a lost request."""
import contextlib
import time
import unittest

import cluster
from portal import Portal, objects


class Rollout(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = cluster.shared()

    @contextlib.contextmanager
    def site(self, kind, ingress=None, gateway=None, **more):
        """A portal that has brought 1.0.0, and the load on it."""
        with self.cluster.namespace(kind.replace("_", "-")) as namespace:
            host = f"{namespace}.test"
            self.cluster.apply(objects(host, kind, gateway), namespace)
            with Portal(self.cluster, namespace, kind, **more) as portal:
                portal.wait_possible("1.0.0")
                portal.bring("1.0.0")
                address = self.cluster.ingress(ingress) if ingress else self.cluster.service_address("web", namespace)
                self.cluster.wait_answer(address, host)
                with self.cluster.load(address, host) as load:
                    load.wait_version("1.0.0")
                    yield portal, load

    def assert_a_version_is_brought(self, by, *site, **more):
        with self.site(*site, strategy={"default": by}, **more) as (portal, load):
            portal.bring("1.1.0")
            load.wait_version("1.1.0")
        load.assert_nothing_lost()
        print(f"{by} by {site[0]}: {load.sent} requests, none lost: {dict(load.versions())}")

    def test_canary_by_a_virtual_service(self):
        self.assert_a_version_is_brought("canary", "virtual_service", "istio")

    def test_canary_by_an_http_route(self):
        self.assert_a_version_is_brought("canary", "http_route", "envoy-gateway", "envoy-gateway-system")

    def test_blue_green_by_a_selector(self):
        self.assert_a_version_is_brought("blue-green", "selector", judge={"enabled": False})

    def test_rolling_by_the_numbers_of_pods(self):
        self.assert_a_version_is_brought("rolling", "ratio", judge={"enabled": False})

    def test_a_bad_version_goes_back_by_itself(self):
        with self.site("virtual_service", "istio", strategy={"bake": "20s"}) as (portal, load):
            ended = portal.wait_end(portal.deploy("1.2.0"))
            self.assertEqual(ended["phase"], "rolled_back", ended["reason"])
            load.wait_version("1.0.0")
        lost = [request for request in load.requests if "lost" in request or request.get("status", 0) >= 500 and request["version"] != "1.2.0"]
        self.assertEqual(lost, [])
        print(f"bad version: {ended['reason']}")

    def test_a_portal_killed_at_half_goes_on(self):
        with self.site("virtual_service", "istio", strategy={"bake": "4s"}) as (portal, load):
            deployment = portal.deploy("1.1.0")
            portal.wait_weight(deployment, 50)
            portal.kill()
            portal.start()
            self.assertEqual(portal.wait_end(deployment)["phase"], "completed")
            load.wait_version("1.1.0")
        load.assert_nothing_lost()

    def test_an_abort_takes_the_requests_away(self):
        with self.site("virtual_service", "istio") as (portal, load):
            deployment = portal.deploy("1.1.0", options={"strategy": {"bake": "60s"}})
            portal.wait_weight(deployment, 25)
            cluster.wait(lambda: load.read()[-1].get("version") == "1.1.0", "the new version answers")
            asked = time.time()
            portal.api("POST", f"/api/deployments/{deployment}/abort", {})
            self.assertEqual(portal.wait_end(deployment)["phase"], "cancelled")
            load.wait_version("1.0.0")
            requests = self.cluster.api_requests(portal.namespace, "pilothouse", asked)
        load.assert_nothing_lost()
        last = max(request["at"] + request["ms"] / 1000 for request in load.requests if request["version"] == "1.1.0")
        print(f"abort: the last answer of the new version {1000 * (last - asked):.0f} ms after it was asked for; API requests: {requests}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
