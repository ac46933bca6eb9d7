"""Versions brought to a real cluster, under constant load, without a lost request."""
import contextlib
import json
import re
import time
import unittest

import cluster
from portal import Portal, objects


def at(document, pointer):
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        document = document[int(token) if isinstance(document, list) else token]
    return document


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
            counted = contextlib.nullcontext() if more.get("metrics") is None else self.cluster.scraped(namespace)
            with counted, Portal(self.cluster, namespace, kind, **more) as portal:
                if more.get("uploaded"):
                    self.make_account(namespace)
                    portal.upload("deployer")
                portal.wait_possible("1.0.0")
                portal.bring("1.0.0")
                address = self.cluster.ingress(ingress) if ingress else self.cluster.service_address("web", namespace)
                self.cluster.wait_answer(address, host)
                with self.cluster.load(address, host) as load:
                    load.wait_version("1.0.0")
                    yield portal, load

    def make_account(self, namespace):
        """An account that may do everything in this namespace."""
        self.cluster.kubectl("create", "serviceaccount", "deployer", "-n", namespace)
        binding = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "deployer"},
                   "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
                   "subjects": [{"kind": "ServiceAccount", "name": "deployer", "namespace": namespace}]}
        self.cluster.apply([binding], namespace)

    def assert_a_version_is_brought(self, by, *site, **more):
        with self.site(*site, strategy={"default": by}, **more) as (portal, load):
            portal.bring("1.1.0")
            load.wait_version("1.1.0")
        load.assert_nothing_lost(kept_may_break=len(site) == 1)  # without an ingress there is no proxy
        print(f"{by} by {site[0]}: {load.sent} requests, none lost: {dict(load.versions())}")

    def test_canary_by_a_virtual_service(self):
        self.assert_a_version_is_brought("canary", "virtual_service", "istio")

    def test_canary_by_an_http_route(self):
        self.assert_a_version_is_brought("canary", "http_route", "envoy-gateway", "envoy-gateway-system")

    def test_blue_green_by_a_selector(self):
        self.assert_a_version_is_brought("blue-green", "selector", judge={"enabled": False})

    def test_rolling_by_the_numbers_of_pods(self):
        self.assert_a_version_is_brought("rolling", "ratio", judge={"enabled": False})

    def assert_a_bad_version_goes_back_by_what_its_pods_count(self, metrics):
        """No Envoy stands before the pods: the Service hands out requests to those of both colors."""
        if not self.cluster.folder:
            self.skipTest("its Prometheus must be told which pods to read")
        with self.site("ratio", strategy={"default": "rolling", "bake": "20s"}, judge={"on_no_data": "hold"}, metrics=metrics) as (portal, load):
            good = portal.deploy("1.1.0")
            self.assertEqual(portal.wait_end(good)["phase"], "completed")
            bad = portal.deploy("1.2.0")
            ended = portal.wait_end(bad)
            self.assertEqual(ended["phase"], "rolled_back", ended["reason"])
            load.wait_version("1.1.0")
            texts = [entry["text"] for entry in portal.api("GET", f"/api/deployments/{bad}/logs?limit=1000")["items"]]
        lost = [request for request in load.requests if request.get("status", 0) >= 500 and request["version"] != "1.2.0"]
        self.assertEqual(lost, [])
        told = [text for text in texts if text.startswith("judged by what Prometheus says of: http_requests_total{")]
        self.assertEqual(len(told), 1, texts)
        print(f"{told[0]}\n{ended['reason']}")

    def test_pods_that_count_themselves(self):
        self.assert_a_bad_version_goes_back_by_what_its_pods_count({})

    def test_pods_that_count_themselves_by_selectors_of_ours(self):
        selector = 'http_requests_total{job="pods",namespace="{namespace}",pod=~"{service}-{color}-.+"'
        self.assert_a_bad_version_goes_back_by_what_its_pods_count({"requests": selector + "}", "failures": selector + ',code="5xx"}'})

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

    def assert_it_can_end_at_every_weight(self, end, *site):
        """`end` ends a deployment of 1.1.0, and says which version answers from then on."""
        weights = [25, 50, 75, 100]
        with self.site(*site, strategy={"weights_percent": weights}) as (portal, load):
            for percent in weights:
                deployment = portal.deploy("1.1.0", options={"strategy": {"gates_percent": [percent]}})
                portal.wait_gate(deployment, percent)
                load.wait_answer("1.1.0")
                version = end(portal, deployment)
                load.wait_version(version)
                print(f"{site[0]} at {percent} %: {portal.deployment(deployment)['phase']}, {version} answers")
        load.assert_nothing_lost()

    def abort(self, portal, deployment):
        portal.api("POST", f"/api/deployments/{deployment}/abort", {})
        self.assertEqual(portal.wait_end(deployment)["phase"], "cancelled")
        return "1.0.0"

    def test_an_abort_at_every_weight_of_a_virtual_service(self):
        self.assert_it_can_end_at_every_weight(self.abort, "virtual_service", "istio")

    def test_an_abort_at_every_weight_of_an_http_route(self):
        self.assert_it_can_end_at_every_weight(self.abort, "http_route", "envoy-gateway", "envoy-gateway-system")

    def assert_an_abort_is_lossless(self, by, kind, percent, **strategy):
        with self.site(kind, strategy={"default": by, **strategy}, judge={"enabled": False}) as (portal, load):
            deployment = portal.deploy("1.1.0")
            portal.wait_weight(deployment, percent)
            load.wait_answer("1.1.0")
            self.abort(portal, deployment)
            load.wait_version("1.0.0")
        load.assert_nothing_lost(kept_may_break=True)

    def test_an_abort_after_the_switch_of_a_selector(self):
        self.assert_an_abort_is_lossless("blue-green", "selector", 100, watch="60s")

    def test_an_abort_in_the_middle_of_the_numbers_of_pods(self):
        self.assert_an_abort_is_lossless("rolling", "ratio", 50, bake="60s")

    def test_a_newer_version_at_every_weight(self):
        def supersede(portal, deployment):
            newer = portal.deploy("1.3.0" if self.stable(portal) == "1.0.0" else "1.0.0", options={"when_busy": "supersede"})
            self.assertEqual(portal.wait_end(newer)["phase"], "completed")
            self.assertEqual(portal.wait_end(deployment)["phase"], "superseded")
            return portal.deployment(newer)["version"]
        self.assert_it_can_end_at_every_weight(supersede, "virtual_service", "istio")

    @staticmethod
    def stable(portal):
        return portal.api("GET", "/api/environments/cluster")["components"][0]["version"]

    def test_a_credential_that_ends_parks_the_rollout_until_a_new_one_is_uploaded(self):
        with self.site("virtual_service", "istio", uploaded=True) as (portal, load):
            deployment = portal.deploy("1.1.0", options={"strategy": {"gates_percent": [50]}})
            portal.wait_gate(deployment, 50)
            self.cluster.kubectl("delete", "serviceaccount", "deployer", "-n", portal.namespace)
            cluster.wait(portal.is_refused, "the API server refuses the token")
            portal.api("POST", f"/api/deployments/{deployment}/promote", {})
            seen = {}

            def parked():
                seen.update(portal.deployment(deployment))
                return "Unauthorized" in seen["reason"]
            cluster.wait(parked, lambda: f"the reason tells it: {seen.get('phase')}: {seen.get('reason')}")
            print(f"parked: {seen['reason']}")
            self.make_account(portal.namespace)
            portal.upload("deployer")
            self.assertEqual(portal.wait_end(deployment)["phase"], "completed")
            load.wait_version("1.1.0")
        load.assert_nothing_lost()

    def test_pods_deleted_in_the_middle_of_a_step(self):
        with self.site("virtual_service", "istio") as (portal, load):
            deployment = portal.deploy("1.1.0", options={"strategy": {"gates_percent": [50]}})
            portal.wait_gate(deployment, 50)
            for name in ("web-blue", "web-green"):
                pods = self.cluster.kubectl("get", "pods", "-n", portal.namespace, "-l", f"app={name}", "-o", "name").split()
                self.cluster.kubectl("delete", "-n", portal.namespace, pods[0])
                self.cluster.wait_ready(name, portal.namespace)
            portal.api("POST", f"/api/deployments/{deployment}/promote", {})
            self.assertEqual(portal.wait_end(deployment)["phase"], "completed")
            load.wait_version("1.1.0")
        load.assert_nothing_lost()

    def test_an_autoscaler_at_work_in_the_middle_of_a_step(self):
        with self.site("virtual_service", "istio") as (portal, load):
            deployment = portal.deploy("1.1.0", options={"strategy": {"gates_percent": [50]}})
            portal.wait_gate(deployment, 50)
            scalers = [{"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": name},
                        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}, "minReplicas": 4, "maxReplicas": 6}}
                       for name in ("web-blue", "web-green")]
            self.cluster.apply(scalers, portal.namespace)
            for name in ("web-blue", "web-green"):
                cluster.wait(lambda name=name: self.cluster.get("deployment", name, portal.namespace)["spec"]["replicas"] == 4, f"{name} is scaled")
            portal.api("POST", f"/api/deployments/{deployment}/promote", {})
            ended = portal.wait_end(deployment)
            self.assertEqual(ended["phase"], "completed", ended["reason"])
            load.wait_version("1.1.0")
        load.assert_nothing_lost()

    def test_a_deleted_deployment_loses_its_share_and_is_not_made_again(self):
        with self.site("virtual_service", "istio") as (portal, load):
            deployment = portal.deploy("1.1.0", options={"strategy": {"gates_percent": [25]}})
            portal.wait_gate(deployment, 25)
            load.wait_answer("1.1.0")
            self.cluster.kubectl("delete", "deployment", "web-green", "-n", portal.namespace)
            deleted = time.time()
            ended = portal.wait_end(deployment)
            self.assertEqual(ended["phase"], "rolled_back", ended["reason"])
            self.assertIn("no replica of 1.1.0 takes traffic any more: ", ended["reason"])
            load.wait_version("1.0.0")
            plan = portal.api("POST", "/api/environments/cluster/plan", {"version": "1.1.0"})
            self.assertIn("there is no Deployment web-green", plan["blockers"][0])
            names = self.cluster.kubectl("get", "deployments", "-n", portal.namespace, "-o", "name").split()
            self.assertNotIn("deployment.apps/web-green", names)
        lost = [request["at"] for request in load.requests if "lost" in request or request["status"] >= 500]
        print(f"deleted: {ended['reason']}; {len(lost)} of {load.sent} requests lost, the last was sent {max(lost, default=deleted) - deleted:.1f} s after it")
        # Whoever deletes what serves loses requests, until that is seen and the data plane has been told.
        self.assertTrue(all(deleted - 1 < at < deleted + 10 for at in lost), lost)

    def versions_of_objects(self, namespace):
        objects = json.loads(self.cluster.kubectl("get", "deployments,services,virtualservices", "-n", namespace, "-o", "json"))
        return {(each["kind"], each["metadata"]["name"]): each["metadata"]["generation"] if each["kind"] != "Service" else each["metadata"]["resourceVersion"]
                for each in objects["items"]}

    def test_a_plan_foretells_each_write_and_writes_nothing(self):
        with self.site("virtual_service", "istio") as (portal, _):
            before = self.versions_of_objects(portal.namespace)
            plan = portal.api("POST", "/api/environments/cluster/plan", {"version": "1.1.0"})
            self.assertEqual(self.versions_of_objects(portal.namespace), before)
            self.assertEqual(plan["blockers"], [])
            weights = [field for field in plan["changes"][1]["fields"] if field["path"].endswith("/weight")]
            self.assertEqual([(field["before"], field["after"]) for field in weights], [("100", "75"), ("0", "25")])
            portal.bring("1.1.0")
            last = {(change["object"], field["path"]): field["after"] for change in plan["changes"] for field in change["fields"]}
            self.assertIn(("Deployment web-blue", "/spec/replicas"), last)
            for (name, path), foretold in last.items():
                self.assertEqual(at(self.cluster.get(*name.split(), portal.namespace), path), json.loads(foretold), f"{name} {path}")

    def test_a_plan_names_what_others_have_changed(self):
        with self.site("virtual_service", "istio") as (portal, _):
            edit = [{"op": "replace", "path": "/spec/replicas", "value": 2}]
            self.cluster.kubectl("patch", "deployment", "web-blue", "-n", portal.namespace, "--type=json", "--field-manager=somebody",
                                 "-p", json.dumps(edit))
            plan = {}

            def named():
                plan.update(portal.api("POST", "/api/environments/cluster/plan", {"version": "1.1.0"}))
                return plan["blockers"]
            cluster.wait(named, lambda: f"the plan names it: {plan}")
            self.assertRegex(plan["blockers"][0], "^Deployment web-blue was scaled from 3 to 2 by somebody at .*: put it back, or")

    def test_a_plan_says_what_the_cluster_refuses(self):
        with self.site("virtual_service", "istio") as (portal, _):
            name = f"few-{portal.namespace}"
            rule = {"apiGroups": ["apps"], "apiVersions": ["v1"], "resources": ["deployments"], "operations": ["UPDATE"]}
            policy = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name},
                      "spec": {"matchConstraints": {"resourceRules": [rule]},
                               "validations": [{"expression": "object.spec.replicas <= 1 || object.spec.replicas == oldObject.spec.replicas",
                                                "message": "one pod is enough"}]}}
            where = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": portal.namespace}}}
            binding = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name},
                       "spec": {"policyName": name, "validationActions": ["Deny"], "matchResources": where}}
            self.cluster.kubectl("apply", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": [policy, binding]}))
            self.addCleanup(self.cluster.kubectl, "delete", "validatingadmissionpolicies,validatingadmissionpolicybindings", name)
            plan = {}

            def refused():
                plan.update(portal.api("POST", "/api/environments/cluster/plan", {"version": "1.1.0"}))
                return plan["blockers"]
            cluster.wait(refused, lambda: f"the policy is in force; the plan is {plan}")
            self.assertEqual(len(plan["blockers"]), 1, "one sentence for an object")
            self.assertIn("scale web-green to 2", plan["blockers"][0])
            self.assertIn("one pod is enough", plan["blockers"][0])
            print(f"refused: {plan['blockers'][0]}")

    def test_a_plan_looks_at_quotas_and_pull_secrets(self):
        with self.site("virtual_service", "istio") as (portal, _):
            def found(name):
                plan = portal.api("POST", "/api/environments/cluster/plan", {"version": "1.1.0"})
                return next((check for check in plan["checks"] if check["name"] == name and check["result"] != "passed"), None)
            quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "small"}, "spec": {"hard": {"pods": "4"}}}
            self.cluster.apply([quota], portal.namespace)
            blocker = cluster.wait(lambda: found("quota"), "the plan names the quota", pause=1)
            self.assertEqual(blocker["text"], f"ResourceQuota small in namespace {portal.namespace} leaves 1 of its 4 of pods, and the rollout "
                                              "needs 3 more: raise the quota, or ask for fewer replicas")
            status, refusal = portal.ask("POST", "/api/environments/cluster/deploy", {"version": "1.1.0"})
            self.assertEqual((status, json.loads(refusal)["detail"]), (409, blocker["text"]))
            print(f"quota: {blocker['text']}")

            secrets = [{"op": "add", "path": "/spec/template/spec/imagePullSecrets", "value": [{"name": "registry"}]}]
            self.cluster.kubectl("patch", "deployment", "web-green", "-n", portal.namespace, "--type=json", "-p", json.dumps(secrets))
            missing = cluster.wait(lambda: found("pull_secret"), "the plan misses the Secret", pause=1)
            self.assertEqual(missing["result"], "warning")
            self.assertIn(f"is not in namespace {portal.namespace}", missing["text"])
            self.cluster.kubectl("create", "secret", "generic", "registry", "-n", portal.namespace, "--from-literal=a=b")
            self.assertIn("has the type Opaque", found("pull_secret")["text"])
            print(f"secret: {missing['text']}")

    def assert_runs_with_exactly_its_role(self, by, kind, gateway=None):
        with self.cluster.namespace("role") as namespace:
            self.cluster.apply(objects(f"{namespace}.test", kind, gateway), namespace)
            self.cluster.kubectl("create", "serviceaccount", "pilothouse", "-n", namespace)
            with Portal(self.cluster, namespace, kind, strategy={"default": by}, judge={"enabled": False}, account="pilothouse") as portal:
                role = portal.command("env", "role", "cluster")
                self.cluster.apply(role.replace("namespace: pilothouse", f"namespace: {namespace}"), namespace)
                portal.wait_possible("1.0.0")
                portal.bring("1.0.0")
                portal.bring("1.1.0")
                rules = self.cluster.get("role", "pilothouse-cluster", namespace)["rules"]
                rights = [(place, verb) for place, rule in enumerate(rules) for verb in rule["verbs"]]
                for place, verb in rights:
                    self.assert_is_missed(portal, rules, place, verb)
        print(f"{by} by {kind}: completed with exactly its Role; each of its {len(rights)} verbs is missed by name")

    def assert_is_missed(self, portal, rules, place, verb):
        """By the plan, or by who looks closer."""
        rule = rules[place]
        rest = [{**each, "verbs": [word for word in each["verbs"] if each is not rule or word != verb]} for each in rules]
        path = {"op": "replace", "path": "/rules", "value": [each for each in rest if each["verbs"]]}
        self.cluster.kubectl("patch", "role", "pilothouse-cluster", "-n", portal.namespace, "--type=json", "-p", json.dumps([path]))
        kind = rule["resources"][0]
        told = []

        def missed():
            plan = portal.api("POST", "/api/environments/cluster/plan", {"version": "1.2.0"})
            health = portal.api("GET", "/api/environments/cluster/health")
            events = portal.api("GET", "/api/environments/cluster/events")
            unknown = [check["text"] for check in plan["checks"] + health["checks"] if check["result"] == "unknown"]
            told[:] = plan["blockers"] + unknown + [events["problem"]]
            return any(f"{verb} {kind}" in text or f'{verb} resource "{kind}"' in text for text in told)
        cluster.wait(missed, lambda: f"{verb} {rule['resources']} is missed: {told}", pause=0.5)

    def test_runs_with_exactly_its_role_canary_by_a_virtual_service(self):
        self.assert_runs_with_exactly_its_role("canary", "virtual_service")

    def test_runs_with_exactly_its_role_canary_by_an_http_route(self):
        self.assert_runs_with_exactly_its_role("canary", "http_route", "envoy-gateway-system")

    def test_runs_with_exactly_its_role_blue_green_by_a_selector(self):
        self.assert_runs_with_exactly_its_role("blue-green", "selector")

    def test_runs_with_exactly_its_role_rolling_by_the_numbers_of_pods(self):
        self.assert_runs_with_exactly_its_role("rolling", "ratio")

    def test_an_image_that_is_not_there_is_named_by_the_reason_and_by_an_event(self):
        with self.site("virtual_service", "istio") as (portal, load):
            deployment = portal.deploy("1.9.9")
            seen = {}

            def named():
                seen.update(portal.deployment(deployment))
                return re.search(r"(web-green-[0-9a-z]+-[0-9a-z]+): container web waits \(ErrImageNeverPull", seen["reason"])
            pod = cluster.wait(named, lambda: f"the reason names the pod: {seen.get('phase')}: {seen.get('reason')}")[1]
            events = portal.api("GET", "/api/environments/cluster/events?component=web&limit=200")
            self.assertEqual(events["problem"], "")
            told = next(event for event in events["items"] if event["object"] == f"Pod {pod}" and event["type"] == "warning")
            self.assertIn("pilothouse.test/demo-service:1.9.9", told["text"])
            self.assertEqual((told["component"], told["color"]), ("web", "green"))
            self.assertIn(f"Pod {pod}", portal.command("events", "cluster"))
            self.abort(portal, deployment)
            load.wait_version("1.0.0")
        load.assert_nothing_lost()
        print(f"image: {seen['reason']}\nevent: {told['reason']}: {told['text']}, {told['count']} times")

    def test_what_others_change_is_named_and_held(self):
        with self.site("virtual_service", "istio", strategy={"bake": "4s"}) as (portal, load):
            deployment = portal.deploy("1.1.0")
            portal.wait_weight(deployment, 25)
            edit = [{"op": "replace", "path": f"/spec/http/0/route/{place}/weight", "value": weight} for place, weight in ((0, 40), (1, 60))]
            self.cluster.kubectl("patch", "virtualservice", "web", "-n", portal.namespace, "--type=json", "--field-manager=somebody",
                                 "-p", json.dumps(edit))
            seen = {}

            def held():
                seen.update(portal.deployment(deployment))
                return seen["phase"] == "paused"
            cluster.wait(held, lambda: f"it holds: {seen.get('phase')}: {seen.get('reason')}")
            self.assertRegex(seen["reason"], r"VirtualService web's weights were changed from \d+ % to 40 % for web-blue by somebody at \d{4}-")
            status = portal.api("GET", "/api/environments/cluster/status")["components"][0]
            self.assertEqual(len(status["drift"]), 1)
            self.assertEqual({share["version"]: share["percent"] for share in status["route"]["shares"]}, {"1.0.0": 40, "1.1.0": 60})
            portal.api("POST", f"/api/deployments/{deployment}/resume", {})
            self.assertEqual(portal.wait_end(deployment)["phase"], "completed")
            load.wait_version("1.1.0")
        load.assert_nothing_lost()
        print(f"drift: {seen['reason']}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
