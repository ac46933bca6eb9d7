// What every store must do, whatever is behind it (store_contract_test.cpp). A driver's test gives a Backend
// and instantiates the suite.
#pragma once
#include <gtest/gtest.h>

#include "base/testing.hpp"
#include "store/impl/statements.hpp"
#include "store/store.hpp"

namespace store {

/// An empty database of its own, for one test.
class Backend {
public:
    virtual ~Backend() = default;
    virtual Result<std::unique_ptr<Store>> open(Executor writer, Executor readers) = 0;
    /// Fails as the database does when it gives up the whole transaction.
    virtual void spoil_transaction(Transaction& transaction) = 0;
};

struct BackendMaker {
    std::string name{};
    std::function<std::unique_ptr<Backend>()> make{};
};

/// With a prefix, because the values are described structs.
inline void PrintTo(BackendMaker const& maker, std::ostream* out) { *out << maker.name; }

template <class T>
T expect_value(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message + " | " + result.error().detail);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class StoreContract : public testing::TestWithParam<BackendMaker> {
protected:
    void SetUp() override {
        backend = GetParam().make();
        store = expect_value(backend->open(context.get_executor(), context.get_executor()));
    }
    void TearDown() override {
        store.reset();
        context.restart();
        context.poll();
    }

    // A lambda's type in a header has no name that g++ 12 lets into a coroutine: a function has.
    template <class Work, class R = std::invoke_result_t<Work&, Transaction&>>
    R write(Work work) {
        return base::run(context, store->write(std::function<R(Transaction&)>(std::move(work))));
    }
    template <class Work, class R = std::invoke_result_t<Work&, Transaction&>>
    R read(Work work) {
        return base::run(context, store->read(std::function<R(Transaction&)>(std::move(work))));
    }
    /// Runs works at once, so that they share a batch.
    template <class T>
    std::vector<Result<T>> write_together(std::vector<std::function<Result<T>(Transaction&)>> works) {
        std::vector<Result<T>> results(works.size(), Result<T>(base::not_found("unanswered")));
        context.restart();
        for (std::size_t i = 0; i < works.size(); ++i) {
            auto keep = [&results, i](std::exception_ptr failure, Result<T> result) {
                if (failure) std::rethrow_exception(failure);
                results[i] = std::move(result);
            };
            asio::co_spawn(context, store->write(works[i]), keep);
        }
        context.run();
        return results;
    }
    void add_deployment(model::Deployment const& deployment,
                        std::vector<model::Rollout> const& rollouts = {}) {
        auto work = [&](Transaction& transaction) {
            return insert_deployment(transaction, deployment, rollouts);
        };
        expect_value(write(work));
    }
    std::string setting(std::string const& name) {
        auto work = [&](Transaction& transaction) { return find_setting(transaction, name); };
        return expect_value(read(work)).value_or("(none)");
    }

    asio::io_context context{1};
    std::unique_ptr<Backend> backend;
    std::unique_ptr<Store> store;
};

inline WallTime at(std::int64_t seconds) {
    return base::from_micros(1'800'000'000'000'000 + seconds * 1'000'000);
}

inline model::Deployment sample_deployment(int number) {
    model::Deployment deployment;
    deployment.id = {fmt::format("d{:05}", number)};
    deployment.environment = number % 2 ? "demo" : "staging";
    deployment.version = "1.0.0";
    deployment.actor = "alice";
    deployment.reason = "waiting for \"web\" — 2 of 5 replicas";
    deployment.created_at = at(number);
    deployment.components = {"web", "api"};
    return deployment;
}

inline model::Rollout sample_rollout(model::Deployment const& deployment, std::string const& component) {
    model::Rollout rollout;
    rollout.deployment = deployment.id;
    rollout.environment = deployment.environment;
    rollout.component = component;
    rollout.from = {3, "1.0.0", {.command = {"./svc", "--port", "{port}"}}, {.listen = "127.0.0.1:8080"}};
    rollout.to = {4,
                  "1.1.0",
                  {.command = {"./svc", "--port", "{port}"}, .env = {{"A", "b"}}},
                  {.listen = "127.0.0.1:8080"}};
    rollout.plan = {{model::StepKind::prepare, 0, 1, 3}, {model::StepKind::bake, 10, 1, 3, 30s}};
    rollout.reason = "baking";
    rollout.since = at(7);
    rollout.step = 1;
    rollout.step_observed = 1500ms;
    rollout.evidence.canary = {.counts = {1000, 17}, .looks = 40, .squares = 0.25};
    rollout.evidence.totals["web-r4-1"] = {"g1", {1000, 17}};
    rollout.total = {
        .verdict = model::Verdict::good, .canary = {1000, 17}, .canary_limits = {0.25, 0.5}, .risk = 0.125};
    rollout.epoch = 1;
    return rollout;
}

}  // namespace store
