"""The cluster does what tests of rollouts rely on: real pods, traffic that moves without a lost request, numbers in Prometheus."""
import collections
import unittest

import cluster
import workload

# README.md tells of the names.
ISTIO = 'cluster_name="outbound|80||{service}.{namespace}.svc.cluster.local"'
ISTIO_REQUESTS = "sum by (response_code_class) (envoy_cluster_upstream_rq{{response_code_class!='',%s}})" % ISTIO
GATEWAY = 'envoy_cluster_name="httproute/{namespace}/route/rule/0/backend/{place}"'
GATEWAY_REQUESTS = "sum by (envoy_response_code_class) (envoy_cluster_upstream_rq_xx{{%s}})" % GATEWAY
MILLISECONDS = "histogram_quantile(0.99, sum by (le) (envoy_cluster_upstream_rq_time_bucket{{%s}}))"
ISTIO_MILLISECONDS = MILLISECONDS % ISTIO
GATEWAY_MILLISECONDS = MILLISECONDS % GATEWAY


class Smoke(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = cluster.shared()

    def two_versions(self, namespace, new="1.1.0"):
        self.cluster.apply([workload.deployment("old", "demo-service:1.0.0"), workload.deployment("new", f"demo-service:{new}"),
                            workload.service("old", "old"), workload.service("new", "new")], namespace)
        for name in ("old", "new"):
            self.cluster.wait_ready(name, namespace)

    def ingress_or_skip(self, kind):
        address = self.cluster.ingress(kind)
        if not address:
            self.skipTest(f"PILOTHOUSE_INGRESS_{kind.upper().replace('-', '_')} is not set")
        return address

    def assert_shifts(self, kind, namespace, route):
        """`route` makes a route's object of a host and weights."""
        address, host = self.ingress_or_skip(kind), f"{namespace}.test"
        self.two_versions(namespace)
        self.cluster.apply([route(host, {"old": 100, "new": 0})], namespace)
        self.cluster.wait_answer(address, host)
        with self.cluster.load(address, host) as load:
            load.wait_version("1.0.0")
            for weight in (50, 100):
                self.cluster.apply([route(host, {"old": 100 - weight, "new": weight})], namespace)
                cluster.wait(lambda: load.read()[-1].get("version") == "1.1.0", "the new version answers")
            load.wait_version("1.1.0")
        load.assert_nothing_lost()
        self.assertEqual(set(load.versions()), {"1.0.0", "1.1.0"})
        print(f"{kind}: {load.sent} requests, {dict(load.versions())}")

    def test_a_virtual_service_shifts(self):
        with self.cluster.namespace("virtual-service") as namespace:
            self.assert_shifts("istio", namespace, lambda host, weights: workload.virtual_service("route", host, weights))

    def test_an_http_route_shifts_through_istiod(self):
        with self.cluster.namespace("istio-route") as namespace:
            self.assert_shifts("istio-gateway", namespace, lambda host, weights: workload.http_route("route", host, "istio-system", weights))

    def test_an_http_route_shifts_through_envoy_gateway(self):
        with self.cluster.namespace("gateway-route") as namespace:
            self.assert_shifts("envoy-gateway", namespace,
                               lambda host, weights: workload.http_route("route", host, "envoy-gateway-system", weights))

    def assert_counts(self, kind, namespace, route, requests, milliseconds):
        """Prometheus has what the new version answered, by class, to the request; and a time for it. Both are queries."""
        if not self.cluster.prometheus():
            self.skipTest("PILOTHOUSE_PROMETHEUS is not set")
        address, host = self.ingress_or_skip(kind), f"{namespace}.test"
        self.two_versions(namespace, new="1.2.0")
        self.cluster.apply([route(host, {"old": 100, "new": 0})], namespace)
        self.cluster.wait_answer(address, host)
        with self.cluster.load(address, host, rate=200) as load:
            self.cluster.apply([route(host, {"old": 50, "new": 50})], namespace)
            cluster.wait(lambda: sum(request.get("status") == 500 for request in load.read()) > 10, "errors of the new version")
        answered = collections.Counter(str(request["status"])[0] for request in load.requests if request["version"] == "1.2.0")
        seen = {}

        def counted():
            seen.update((next(iter(labels.values()))[0], value) for labels, value in self.cluster.query(requests) if value)
            return seen == answered
        cluster.wait(counted, lambda: f"Prometheus has {answered} of the new version; it has {seen}")
        cluster.wait(lambda: [value for _, value in self.cluster.query(milliseconds) if value > 0], f"a number for {milliseconds}")

    def test_prometheus_has_what_a_version_answered_through_istio(self):
        with self.cluster.namespace("numbers") as namespace:
            names = {"service": "new", "namespace": namespace}
            self.assert_counts("istio", namespace, lambda host, weights: workload.virtual_service("route", host, weights),
                               ISTIO_REQUESTS.format(**names), ISTIO_MILLISECONDS.format(**names))

    def test_prometheus_has_what_a_version_answered_through_envoy_gateway(self):
        with self.cluster.namespace("numbers") as namespace:
            names = {"place": 1, "namespace": namespace}
            self.assert_counts("envoy-gateway", namespace,
                               lambda host, weights: workload.http_route("route", host, "envoy-gateway-system", weights, apart=True),
                               GATEWAY_REQUESTS.format(**names), GATEWAY_MILLISECONDS.format(**names))

    def test_a_service_selects_another_version(self):
        with self.cluster.namespace("selector") as namespace:
            self.two_versions(namespace)
            self.cluster.apply([workload.service("web", "old")], namespace)
            address = self.cluster.service_address("web", namespace)
            self.cluster.wait_answer(address, "web")
            with self.cluster.load(address, "web") as load:
                load.wait_version("1.0.0")
                self.cluster.apply([workload.service("web", "new")], namespace)
                # Connections that are there stay where they are; only new ones go to the new version.
                cluster.wait(lambda: {request.get("version") for request in load.read()[-100:] if not request["kept"]} == {"1.1.0"},
                             "new connections go to the new version")
            load.assert_nothing_lost()

    def test_the_load_tells_what_is_lost(self):
        with self.cluster.namespace("lost") as namespace:
            self.cluster.apply([workload.deployment("web", "demo-service:1.0.0", replicas=1), workload.service("web", "web")], namespace)
            self.cluster.wait_ready("web", namespace)
            address = self.cluster.service_address("web", namespace)
            self.cluster.wait_answer(address, "web")
            with self.cluster.load(address, "web") as load:
                load.wait_version("1.0.0")
                self.cluster.kubectl("delete", "pods", "--all", "--namespace", namespace, "--grace-period=0", "--force")
                cluster.wait(lambda: any("lost" in request for request in load.read()), "requests are lost while nobody answers")
                load.wait_version("1.0.0")
            self.assertEqual(load.sent, len(load.requests))
            self.assertRaisesRegex(AssertionError, "the first: ", load.assert_nothing_lost)

    def test_pods_of_a_program_that_is_not_ours(self):
        with self.cluster.namespace("nginx") as namespace:
            self.cluster.apply([workload.deployment("nginx", "nginx:1"), workload.service("nginx", "nginx")], namespace)
            self.cluster.wait_ready("nginx", namespace)
            _, body = self.cluster.wait_answer(self.cluster.service_address("nginx", namespace), "web")
            self.assertTrue(body.startswith("nginx-"), body)


if __name__ == "__main__":
    unittest.main(verbosity=2)
