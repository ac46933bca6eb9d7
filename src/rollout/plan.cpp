#include "rollout/plan.hpp"

namespace rollout {

namespace {

using model::Strategy;

int share_of(int replicas, int weight_percent) {
    return std::clamp((replicas * weight_percent + 99) / 100, 1, replicas);
}

int rounded_percent(int part, int whole) { return (200 * part + whole) / (2 * whole); }

/// Collects steps; each is the last one with something changed.
class Builder {
public:
    Builder(int old_replicas, int new_replicas) {
        now_.old_replicas = old_replicas;
        wanted_ = new_replicas;
    }

    void grow(int new_replicas) {
        if (new_replicas == now_.new_replicas) return;
        now_.new_replicas = new_replicas;
        add(StepKind::prepare);
        add(StepKind::wait_ready);
    }
    void shift(int weight_percent) {
        now_.weight_percent = weight_percent;
        add(StepKind::shift);
    }
    void bake(Duration length) {
        if (length.count() > 0) add(StepKind::bake, length);
    }
    void judge(bool decides) { add(StepKind::judge, {}, decides); }
    void shrink_old(int old_replicas) {
        if (old_replicas >= now_.old_replicas) return;
        now_.old_replicas = old_replicas;
        add(StepKind::drain);
        add(StepKind::retire);
    }
    void add(StepKind kind, Duration length = {}, bool decides = false) {
        Step step = now_;
        step.kind = kind;
        step.at_least = length;
        step.decides = decides;
        steps_.push_back(step);
    }
    Step const& now() const { return now_; }
    int wanted() const { return wanted_; }
    std::vector<Step> take() { return std::move(steps_); }

private:
    Step now_{};
    int wanted_ = 0;
    std::vector<Step> steps_;
};

bool contains(std::vector<int> const& list, int value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

void finish(Builder& plan) {
    plan.add(StepKind::promote);
    plan.shrink_old(0);
}

void plan_first(Builder& plan, model::StrategySettings const& settings) {
    plan.grow(plan.wanted());
    plan.add(StepKind::check);
    plan.shift(100);
    plan.bake(settings.bake);
    plan.judge(true);
    finish(plan);
}

void plan_canary(Builder& plan, model::StrategySettings const& settings) {
    for (int weight : settings.weights_percent) {
        plan.grow(share_of(plan.wanted(), weight));
        if (weight == settings.weights_percent.front()) plan.add(StepKind::check);
        plan.shift(weight);
        plan.bake(settings.bake);
        plan.judge(weight == 100);
        if (contains(settings.gates_percent, weight)) plan.add(StepKind::gate);
    }
    finish(plan);
}

void plan_blue_green(Builder& plan, model::StrategySettings const& settings) {
    plan.grow(plan.wanted());
    plan.add(StepKind::check);
    if (!settings.gates_percent.empty()) plan.add(StepKind::gate);
    plan.shift(100);
    plan.bake(settings.settle);
    plan.bake(settings.watch);
    plan.judge(true);
    finish(plan);
}

void plan_rolling(Builder& plan, model::StrategySettings const& settings) {
    int wanted = plan.wanted();
    int batch = std::max(1, settings.surge + settings.unavailable);
    bool checked = false;
    while (plan.now().new_replicas < wanted) {
        int grown = std::min(wanted, plan.now().new_replicas + batch);
        // With little or no surge some old replicas go first, never more than may be unavailable.
        int room = std::max(0, std::max(wanted, plan.now().old_replicas) + settings.surge - grown);
        if (plan.now().old_replicas > room && settings.unavailable > 0 &&
            grown - plan.now().new_replicas > settings.surge)
            plan.shrink_old(std::max(1, plan.now().old_replicas - settings.unavailable));
        plan.grow(grown);
        if (!std::exchange(checked, true)) plan.add(StepKind::check);
        bool last = grown == wanted;
        int old_left = std::min(plan.now().old_replicas, wanted - grown);
        plan.shift(last ? 100 : rounded_percent(grown, grown + std::max(1, old_left)));
        if (!last) plan.shrink_old(old_left);
        plan.bake(settings.bake);
        plan.judge(last);
        if (contains(settings.gates_percent, plan.now().weight_percent)) plan.add(StepKind::gate);
    }
    finish(plan);
}

std::string replicas(int count) { return count == 1 ? "1 replica" : fmt::format("{} replicas", count); }

}  // namespace

std::vector<Step> plan(PlanInput const& input) {
    Builder builder(input.old_replicas, input.new_replicas);
    if (input.old_replicas == 0)
        plan_first(builder, input.settings);
    else if (input.strategy == Strategy::canary)
        plan_canary(builder, input.settings);
    else if (input.strategy == Strategy::blue_green)
        plan_blue_green(builder, input.settings);
    else
        plan_rolling(builder, input.settings);
    return builder.take();
}

Duration at_least(std::vector<Step> const& steps) {
    Duration sum{};
    for (Step const& step : steps) sum += step.at_least;
    return sum;
}

std::string say(Step const& step, std::string const& old_version, std::string const& new_version) {
    switch (step.kind) {
        case StepKind::prepare:
            return fmt::format("start {} of {}", replicas(step.new_replicas), new_version);
        case StepKind::wait_ready:
            return fmt::format("wait until {} of {} can take traffic", replicas(step.new_replicas),
                               new_version);
        case StepKind::check:
            return fmt::format("check that {} stays ready", new_version);
        case StepKind::shift:
            return fmt::format("send {} % of the traffic to {}", step.weight_percent, new_version);
        case StepKind::bake:
            return fmt::format("watch at {} % for {}", step.weight_percent,
                               base::say_duration(step.at_least));
        case StepKind::judge:
            return step.decides ? fmt::format("decide whether {} is good", new_version)
                                : fmt::format("judge the error rates at {} %", step.weight_percent);
        case StepKind::gate:
            return "wait for a person to promote";
        case StepKind::promote:
            return fmt::format("make {} the stable version", new_version);
        case StepKind::drain:
            return step.old_replicas == 0 ? fmt::format("let open requests to {} finish", old_version)
                                          : fmt::format("let open requests finish on all but {} of {}",
                                                        replicas(step.old_replicas), old_version);
        case StepKind::retire:
            return step.old_replicas == 0
                       ? fmt::format("stop {}", old_version)
                       : fmt::format("stop all but {} of {}", replicas(step.old_replicas), old_version);
    }
    return {};
}

std::vector<model::StepView> views_of(std::vector<Step> const& steps, std::string const& component,
                                      std::string const& old_version, std::string const& new_version) {
    std::vector<model::StepView> views;
    views.reserve(steps.size());
    for (Step const& step : steps)
        views.push_back({.component = component,
                         .number = static_cast<int>(views.size()) + 1,
                         .kind = step.kind,
                         .weight_percent = step.weight_percent,
                         .new_replicas = step.new_replicas,
                         .old_replicas = step.old_replicas,
                         .at_least_seconds = std::chrono::ceil<std::chrono::seconds>(step.at_least).count(),
                         .text = say(step, old_version, new_version)});
    return views;
}

}  // namespace rollout
