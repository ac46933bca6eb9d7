// Against a double of Prometheus, in the simulation.
#include "rollout/impl/counting.hpp"

#include <gtest/gtest.h>

#include "http/server.hpp"
#include "metric/envoy.hpp"
#include "sim/network.hpp"
#include "sim/testing.hpp"

namespace rollout::impl {
namespace {

class CountingTest : public testing::Test {
protected:
    CountingTest() {
        auto answer = [this](http::Request request) { return handle(std::move(request)); };
        server_ =
            std::make_unique<http::Server>(prometheus_.executor(), prometheus_.clock(), random_, answer);
        server_->listen(network_.listen(prometheus_, "prometheus:9090"));
        asio::co_spawn(portal_.executor(), counting_.run(), [](std::exception_ptr) {});
    }
    ~CountingTest() override {
        network_.forget(portal_);
        portal_.kill();
        prometheus_.kill();
    }

    /// What is said after some seconds in which the component was looked at.
    std::string problem_after(int seconds) {
        model::Traffic traffic;
        traffic.service = "web";
        for (int i = 0; i < seconds; ++i) {
            counting_.want(traffic, "shop");
            sim::testing::pass(simulation_, 1s);
        }
        std::optional<WallTime> newest;
        for (auto const& [series, counted] : counting_.counted(metric::service_as_owner("web-blue", "shop")))
            newest = std::max(newest.value_or(counted.at), counted.at);
        return counting_.problem(newest);
    }
    std::int64_t now() {
        return std::chrono::duration_cast<std::chrono::seconds>(
                   prometheus_.clock().wall_now().time_since_epoch())
            .count();
    }

    std::string own_problem_after(int seconds, bool with_failures = false) {
        Counting::OwnQuestion blue{"blue pods", "requests{color=\"blue\"}", {}};
        Counting::OwnQuestion green{"green pods", "requests{color=\"green\"}", {}};
        if (with_failures) blue.failures = "failures{}";
        for (int i = 0; i < seconds; ++i) {
            counting_.want(blue);
            counting_.want(green);
            sim::testing::pass(simulation_, 1s);
        }
        return counting_.problem({blue, green});
    }
    model::Counts counted_by_pods(std::string const& owner) {
        model::Counts all;
        for (auto const& [series, counted] : counting_.counted(owner)) all += counted.counter.counts;
        return all;
    }

    bool reads_envoys_ = true;
    bool has_counters_ = false;
    std::map<std::string, std::string> own_;  // part of a question -> value
    bool is_down_ = false;

    std::vector<std::string> questions_{};

private:
    awaitable<http::Response> handle(http::Request request) {
        std::string const& asked = request.query.front().second;
        if (is_down_) co_return http::Response{.status = 503};
        questions_.push_back(asked);
        bool const asks_when = asked.find("envoy_server_uptime") != std::string::npos;
        bool const asks_istio = asked.find("{cluster_name") != std::string::npos;
        std::string series;
        if (asks_when && reads_envoys_)
            series = fmt::format(R"({{"metric":{{}},"value":[{0},"{0}"]}})", now());
        else if (asks_istio && has_counters_)
            series = fmt::format(
                R"({{"metric":{{"cluster_name":"outbound|80||web-blue.shop.svc.cluster.local","response_code_class":"2xx"}},"values":[[{},"7"]]}})",
                now());
        for (auto const& [part, value] : own_)
            if (asked.find(part) != std::string::npos)
                series = fmt::format(R"({{"metric":{{"instance":"10.0.0.1:80"}},"values":[[{},"{}"]]}})",
                                     now(), value);
        http::Response response;
        response.body = fmt::format(R"({{"status":"success","data":{{"resultType":"{}","result":[{}]}}}})",
                                    asks_when ? "vector" : "matrix", series);
        co_return response;
    }

    sim::Simulation simulation_{1};
    sim::Network network_{simulation_};
    base::Random random_{1};
    sim::Process prometheus_{simulation_, "prometheus"};
    sim::Process portal_{simulation_, "portal"};
    std::unique_ptr<base::Dialer> dialer_ = network_.dialer(portal_);
    std::unique_ptr<http::Server> server_{};
    Counting counting_{*dialer_, portal_.clock(), "http://prometheus:9090"};
};

TEST_F(CountingTest, NoRequestYetIsNoProblemWhileAnEnvoyIsRead) { EXPECT_EQ(problem_after(3), ""); }

TEST_F(CountingTest, SaysThatNobodyCountsWhenNoEnvoyIsRead) {
    reads_envoys_ = false;
    EXPECT_EQ(problem_after(3),
              "Prometheus at http://prometheus:9090 reads no Envoy (envoy_server_uptime), so nobody counts");
}

TEST_F(CountingTest, CountersThatAreNotReadAnyMoreAreTooOld) {
    has_counters_ = true;
    ASSERT_EQ(problem_after(3), "");
    has_counters_ = reads_envoys_ = false;
    EXPECT_NE(problem_after(40).find("has heard of no Envoy since"), std::string::npos);
}

TEST_F(CountingTest, PodsThatCountThemselvesAreAskedForByTheirSelectors) {
    own_ = {{"requests{color=\"blue\"}", "40"}, {"requests{color=\"green\"}", "3"}};
    EXPECT_EQ(own_problem_after(3), "");
    EXPECT_EQ(counted_by_pods("blue pods"), (model::Counts{40, 0}));
    EXPECT_EQ(counted_by_pods("green pods"), (model::Counts{3, 0}));
    for (std::string const& question : questions_) EXPECT_TRUE(question.ends_with("}[2m]")) << question;
    own_["failures{}"] = "5";
    EXPECT_EQ(own_problem_after(3, true), "");
    EXPECT_EQ(counted_by_pods("blue pods"), (model::Counts{40, 5}));
}

TEST_F(CountingTest, PodsWithoutSamplesAreNamed) {
    EXPECT_EQ(
        own_problem_after(3),
        "Prometheus at http://prometheus:9090 has no sample of the last 2 min for requests{color=\"blue\"}");
    own_ = {{"requests{color=\"blue\"}", "40"}};
    EXPECT_EQ(own_problem_after(3), "") << "the other color may have no pods yet";
    own_.clear();
    EXPECT_EQ(own_problem_after(100), "");
    EXPECT_NE(own_problem_after(30).find("has no sample of the last 2 min"), std::string::npos);
}

TEST_F(CountingTest, FailuresThatAreNoRequestsAreNamed) {
    own_ = {{"requests{color=\"blue\"}", "4"}, {"failures{}", "5"}};
    EXPECT_EQ(own_problem_after(3, true),
              "10.0.0.1:80 has counted 5 failures and only 4 requests: look at traffic.metrics");
}

TEST_F(CountingTest, AServerThatDoesNotAnswerIsTheProblem) {
    own_ = {{"requests", "4"}};
    EXPECT_EQ(own_problem_after(0), "Prometheus at http://prometheus:9090 has not answered yet");
    ASSERT_EQ(own_problem_after(3), "");
    is_down_ = true;
    EXPECT_NE(own_problem_after(3).find("http://prometheus:9090"), std::string::npos);
}

}  // namespace
}  // namespace rollout::impl
