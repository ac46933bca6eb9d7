"""Each strategy on real processes under constant traffic: forward, bad, aborted and superseded at each weight. Every request is
accounted for, and none is lost."""
import unittest

from harness import Site


class Strategies(unittest.TestCase):
    strategies = ("canary", "blue-green", "rolling")

    def site(self, **options):
        site = self.enterContext(Site(**options)) if hasattr(self, "enterContext") else self.enter(Site(**options))
        site.start()
        first = site.deploy("1.0.0")
        self.assertEqual(site.wait_end(first)["phase"], "completed", site.story(first))
        site.start_traffic()
        return site

    def enter(self, site):
        self.addCleanup(site.close)
        return site

    def assert_nothing_lost(self, site):
        summary = site.stop_traffic()
        self.assertGreater(summary["sent"], 100)
        self.assertEqual(summary["lost"], 0, summary)
        self.assertEqual(summary["sent"], summary["ok"] + summary["errors"], summary)
        status = site.component()
        self.assertEqual(status["traffic"]["own_failures"], 0, status["traffic"])
        return summary

    def test_a_good_version_is_brought_in_without_a_lost_request(self):
        for strategy in self.strategies:
            with self.subTest(strategy):
                site = self.site()
                end = site.wait_end(site.deploy("1.1.0", strategy))
                self.assertEqual(end["phase"], "completed", end["reason"])
                component = site.component()
                self.assertEqual({replica["version"] for replica in component["replicas"]}, {"1.1.0"})
                summary = self.assert_nothing_lost(site)
                self.assertGreater(summary["by_version"]["1.1.0"]["ok"], 0)
                site.close()

    def test_a_bad_version_is_taken_back_by_itself(self):
        for strategy in self.strategies:
            with self.subTest(strategy):
                site = self.site(strategy={"bake": "20s", "settle": "1s", "watch": "20s"})
                end = site.wait_end(site.deploy("1.2.0", strategy))
                self.assertEqual((end["status"], end["phase"]), ("failed", "rolled_back"), end["reason"])
                self.assertIn("1.2.0", end["reason"])
                component = site.component()
                self.assertEqual({replica["version"] for replica in component["replicas"]}, {"1.0.0"})
                self.assert_nothing_lost(site)
                site.close()

    def test_aborted_at_each_weight(self):
        for strategy, weights in (("canary", (25, 50, 100)), ("blue-green", (100,)), ("rolling", (50,))):
            for weight in weights:
                with self.subTest(strategy, weight=weight):
                    site = self.site(strategy={"bake": "2s", "settle": "2s", "watch": "2s"})
                    id = site.deploy("1.1.0", strategy)
                    site.wait_weight(id, weight)
                    site.act(id, "abort")
                    end = site.wait_end(id)
                    self.assertEqual(end["phase"], "cancelled", end["reason"])
                    self.assertEqual({replica["version"] for replica in site.component()["replicas"]}, {"1.0.0"})
                    self.assert_nothing_lost(site)
                    site.close()

    def test_superseded_at_each_weight(self):
        for strategy, weights in (("canary", (25, 50, 100)), ("blue-green", (100,)), ("rolling", (50,))):
            for weight in weights:
                with self.subTest(strategy, weight=weight):
                    site = self.site(strategy={"bake": "2s", "settle": "2s", "watch": "2s"})
                    id = site.deploy("1.1.0", strategy)
                    site.wait_weight(id, weight)
                    newer = site.deploy("1.3.0", strategy, when_busy="supersede")
                    self.assertEqual(site.wait_end(id)["phase"], "superseded")
                    self.assertEqual(site.wait_end(newer)["phase"], "completed")
                    self.assertEqual({replica["version"] for replica in site.component()["replicas"]}, {"1.3.0"})
                    self.assert_nothing_lost(site)
                    site.close()


if __name__ == "__main__":
    unittest.main()
