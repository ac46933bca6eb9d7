#include "rollout/decide.hpp"

#include "rollout/evidence.hpp"
#include "rollout/plan.hpp"
#include "rollout/verdict.hpp"
#include "target/host.hpp"

namespace rollout {

namespace {

using base::say_duration;
using model::AbortCause;
using model::LogLevel;
using model::Phase;
using model::Rollout;
using model::Verdict;

constexpr Duration check_time = 1s;  // how long new replicas must stay ready before they get traffic

/// "since 10:42:07Z": the same text at every look, so that it is stored once.
std::string since(Rollout const& rollout) {
    return "since " + base::format_time(rollout.since).substr(11, 8) + "Z";
}

std::string limit(Duration duration) { return "limit " + say_duration(duration); }

std::string count_of(int count, char const* noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string failed_try(Observation const& seen) { return seen.trouble.empty() ? "" : ": " + seen.trouble; }

std::string absence(Observation const& seen, std::string const& component, int revision, int slot) {
    auto why = seen.shortage.find(revision);
    if (why != seen.shortage.end()) return why->second;
    if (!seen.gone.empty()) return seen.gone.front();
    return target::replica_name(component, revision, slot) + " is not started yet";
}

/// The first thing that is wrong with a revision's replicas; empty: nothing.
std::string first_trouble(model::Revision const& revision, int wanted, Observation const& seen,
                          std::string const& component) {
    for (int slot = 0; slot < wanted; ++slot) {
        Replica const* replica = seen.replica(revision.number, slot);
        if (replica && replica->routable) continue;
        if (!replica) return absence(seen, component, revision.number, slot) + failed_try(seen);
        return replica->trouble + (replica->in_route ? "" : failed_try(seen));
    }
    return {};
}

class Decider {
public:
    Decider(Rollout const& rollout, Observation const& seen) : seen_(seen) { decision_.next = rollout; }

    Decision run() {
        if (is_final(next().phase) || next().plan.empty()) return std::move(decision_);
        if (!seen_.problem.empty()) {
            say_reason(fmt::format("cannot look at {}: {}; everything stays as it is", next().component,
                                   seen_.problem));
            return std::move(decision_);
        }
        begin_if_queued();
        absorb(next(), seen_);
        next().weight_in_force = seen_.share_percent(next().to.number);
        if (next().abort == AbortCause::none && !next().promoted) judge_now();
        if (next().abort == AbortCause::none && has_lost_everything()) go_back_for_lost_replicas();
        if (next().abort != AbortCause::none)
            go_back();
        else if (!is_held())
            go_on();
        return std::move(decision_);
    }

private:
    Rollout& next() { return decision_.next; }
    Step const& step() { return next().current(); }

    /// Somebody else has changed or removed what was written: nothing moves until a person has said what is
    /// meant. What leads back stays possible, and so does the verdict.
    bool is_held() {
        bool const ours_again = next().insists || next().settings.on_drift == model::DriftPolicy::reassert;
        bool const is_changed = !seen_.drift.empty() && !ours_again;
        bool const is_missed = !seen_.gone.empty() && !next().promoted;  // then only the old version's is
        bool const held = is_changed || is_missed;
        decision_.changed = decision_.changed || held != next().held;
        next().held = held;
        if (seen_.drift.empty() && next().insists) {
            next().insists = false;
            decision_.changed = true;
        }
        if (!held) return false;
        enter(Phase::paused);
        std::vector<std::string> all = seen_.gone;
        all.insert(all.end(), seen_.drift.begin(), seen_.drift.end());
        std::string reason =
            fmt::format("held: {}; put it back{}{}", fmt::join(all, "; "),
                        is_changed ? ", resume to write it again" : "", next().promoted ? "" : ", or abort");
        if (say_reason(reason)) note(LogLevel::warning, std::move(reason));
        return true;
    }

    // -- Forward.

    void begin_if_queued() {
        if (next().phase != Phase::queued || next().abort != AbortCause::none) return;
        enter(Phase::preparing);
        next().since = seen_.at;
        note(LogLevel::info,
             next().from.number == 0
                 ? fmt::format("{} begins: first deployment, {} steps", next().to.version, next().plan.size())
                 : fmt::format("{} begins: {} from {}, {} steps", next().to.version,
                               base::enum_name(next().strategy), next().from.version, next().plan.size()));
        if (next().judge.enabled && !seen_.traffic.queries.empty())
            note(LogLevel::info, fmt::format("judged by what {} says of: {}", seen_.traffic.counted_by,
                                             fmt::join(seen_.traffic.queries, "; ")));
        note(LogLevel::info, say_step());
    }

    void go_on() {
        if (next().paused && !next().promoted) return wait_paused();
        if (next().phase == Phase::paused) enter(phase_of_step());
        next().step_observed += seen_.elapsed;
        while (!is_final(next().phase) && next().abort == AbortCause::none && is_done()) advance();
        if (next().abort != AbortCause::none) go_back();
    }

    /// Requests go to a version that has nobody to take them, or, at 100 %, its share was taken from it
    /// and nobody else is to have one. The old version is still warm.
    bool has_lost_everything() {
        bool const is_all_there_is =
            next().weight_in_force == 0 && step().weight_percent == 100 && step().kind != StepKind::shift;
        bool const loses_requests = seen_.traffic.unserved_percent > 0 && step().weight_percent > 0;
        return !next().promoted && (is_all_there_is || loses_requests) &&
               seen_.routable_count(next().to.number) == 0 && seen_.routable_count(next().from.number) > 0;
    }
    void go_back_for_lost_replicas() {
        begin_abort(AbortCause::not_ready, fmt::format("no replica of {} takes traffic any more: {}",
                                                       next().to.version, trouble_of_new()));
    }

    void advance() {
        if (step().kind == StepKind::promote) {
            next().promoted = true;
            decision_.promoted = true;
            note(LogLevel::info, fmt::format("{} is now the stable version", next().to.version));
        }
        decision_.changed = true;
        next().cut = false;
        next().step_observed = {};
        next().waited = {};
        next().since = seen_.at;
        if (next().step + 1 == static_cast<int>(next().plan.size())) return complete();
        int weight = step().weight_percent;
        ++next().step;
        bool same_stage =
            step().kind == StepKind::bake || step().kind == StepKind::judge || step().kind == StepKind::gate;
        if (!same_stage)
            next().approved = next().promote_all;  // a promotion holds for all that waits at one weight
        if (step().weight_percent != weight) begin_stage(next().evidence, step().weight_percent);
        if (step().weight_percent != weight) next().stage = {};
        enter(phase_of_step());
        note(LogLevel::info, say_step());
    }

    void complete() {
        enter(Phase::completed);
        say_reason(fmt::format("{} serves all of the traffic of {}", next().to.version, next().component));
        note(LogLevel::info, next().reason);
    }

    Phase phase_of_step() {
        if (next().promoted || step().kind == StepKind::promote) return Phase::promoting;
        return step().weight_percent == 0 ? Phase::preparing : Phase::progressing;
    }

    bool is_done() {
        switch (step().kind) {
            case StepKind::prepare:
                return is_prepared();
            case StepKind::wait_ready:
                return is_ready();
            case StepKind::check:
                return is_checked();
            case StepKind::shift:
                return is_shifted();
            case StepKind::bake:
                return is_baked();
            case StepKind::judge:
                return is_judged();
            case StepKind::gate:
                return is_approved();
            case StepKind::promote:
                return true;
            case StepKind::drain:
                return is_drained();
            case StepKind::retire:
                return is_retired();
        }
        return false;
    }

    bool is_prepared() {
        int started = started_count(next().to.number, step().new_replicas);
        if (started >= step().new_replicas) return true;
        auto shortage = seen_.shortage.find(next().to.number);
        say_reason(fmt::format("starting {} of {}: {} started, {}{}",
                               count_of(step().new_replicas, "replica"), next().to.version, started,
                               since(next()),
                               shortage == seen_.shortage.end() ? "" : ": " + shortage->second) +
                   failed_try(seen_));
        return give_up_when_late(trouble_of_new());
    }

    bool is_ready() {
        int ready = seen_.routable_count(next().to.number);
        if (ready >= step().new_replicas) return true;
        std::string why = trouble_of_new();
        say_reason(fmt::format("waiting for {} of {} of {}: {}, {} ({})", step().new_replicas - ready,
                               count_of(step().new_replicas, "replica"), next().to.version, why,
                               since(next()), limit(next().settings.progress_deadline)));
        return give_up_when_late(why);
    }

    std::string trouble_of_new() {
        return first_trouble(next().to, step().new_replicas, seen_, next().component);
    }

    /// False; but after the deadline the rollout goes back.
    bool give_up_when_late(std::string const& why) {
        if (next().step_observed < next().settings.progress_deadline || next().paused) return false;
        note(LogLevel::error, fmt::format("gave up after {}: {}",
                                          say_duration(next().settings.progress_deadline), next().reason));
        begin_abort(AbortCause::not_ready,
                    fmt::format("{} did not become ready within {}: {}", next().to.version,
                                say_duration(next().settings.progress_deadline), why));
        return false;
    }

    bool is_checked() {
        if (seen_.routable_count(next().to.number) < step().new_replicas) {
            next().step_observed = {};
            next().waited += seen_.elapsed;
            say_reason(fmt::format("checking that {} stays ready: {}, {} ({})", next().to.version,
                                   trouble_of_new(), since(next()),
                                   limit(next().settings.progress_deadline)));
            if (next().waited > next().settings.progress_deadline)
                begin_abort(AbortCause::not_ready, fmt::format("{} does not stay ready", next().to.version));
            return false;
        }
        if (next().step_observed >= check_time) return true;
        say_reason(
            fmt::format("checking that {} stays ready for {}", next().to.version, say_duration(check_time)));
        return false;
    }

    bool is_shifted() {
        if (seen_.sight->in_force(wish_of(next(), seen_))) return true;
        std::string why = trouble_of_new();
        if (why.empty()) why = seen_.traffic.problem;
        bool const may_last = why.empty();
        if (why.empty()) why = seen_.trouble;
        say_reason(fmt::format("sending {} % of the traffic to {}{}{}, {}", step().weight_percent,
                               next().to.version, why.empty() ? "" : ": ", why, since(next())));
        return may_last ? false : give_up_when_late(why);
    }

    bool is_baked() {
        if (next().step_observed >= step().at_least || next().approved) return true;
        std::string why = trouble_of_new();
        say_reason(fmt::format("watching {} at {} % {} for {}{}{}", next().to.version, step().weight_percent,
                               since(next()), say_duration(step().at_least), why.empty() ? "" : "; ", why));
        return false;
    }

    bool is_judged() {
        if (next().approved) return true;
        if (!next().judge.enabled) return true;
        bool enough = next().evidence.stage_canary.counts.requests >= next().judge.min_requests;
        Verdict verdict = step().decides ? decisive_verdict() : next().stage.verdict;
        if (verdict == Verdict::source_down) return wait_for_source();
        if (step().decides ? verdict == Verdict::good : enough) return true;

        if (next().from.number == 0 && !enough) {
            // There is no other version that could serve instead, so there is nothing to wait for.
            note(LogLevel::info,
                 fmt::format(
                     "not judged: {} only",
                     count_of(static_cast<int>(next().evidence.stage_canary.counts.requests), "request")));
            return true;
        }
        next().waited += seen_.elapsed;
        std::string wait =
            enough ? fmt::format("not decided yet: {}", decisive_sentence())
                   : fmt::format("waiting for requests: {} of at least {} to {} at {} %",
                                 next().evidence.stage_canary.counts.requests, next().judge.min_requests,
                                 next().to.version, step().weight_percent);
        if (next().waited < next().judge.max_wait) {
            say_reason(fmt::format("{}, {} ({})", wait, since(next()), limit(next().judge.max_wait)));
            return false;
        }
        return policy_for_no_data(wait);
    }

    /// `good` from either test is enough; `bad` has led to an abort before.
    Verdict decisive_verdict() {
        if (next().total.verdict == Verdict::source_down) return Verdict::source_down;
        bool good = next().total.verdict == Verdict::good || next().stage.verdict == Verdict::good;
        return good ? Verdict::good : Verdict::not_enough_data;
    }
    std::string decisive_sentence() {
        return next().total.sentence.empty() ? "no requests were counted" : next().total.sentence;
    }

    bool wait_for_source() {
        if (next().judge.on_source_down == model::SourceDownPolicy::abort) {
            begin_abort(AbortCause::source_down,
                        seen_.traffic.counted_by + " does not answer, so nothing can be judged");
            return false;
        }
        std::string reason = fmt::format("waiting for {}'s counters: {}, {}", seen_.traffic.counted_by,
                                         seen_.traffic.not_counted, since(next()));
        if (say_reason(reason)) note(LogLevel::warning, reason);
        return false;
    }

    bool policy_for_no_data(std::string const& wait) {
        switch (next().judge.on_no_data) {
            case model::NoDataPolicy::promote:
                note(LogLevel::warning, fmt::format("goes on without a decision after {}: {}",
                                                    say_duration(next().judge.max_wait), wait));
                return true;
            case model::NoDataPolicy::abort:
                begin_abort(AbortCause::no_data, fmt::format("no decision within {}: {}",
                                                             say_duration(next().judge.max_wait), wait));
                return false;
            case model::NoDataPolicy::hold:
                break;
        }
        enter(Phase::waiting_for_approval);
        say_reason(fmt::format("needs a person, no decision within {}: {}; promote or abort",
                               say_duration(next().judge.max_wait), wait));
        return false;
    }

    bool is_approved() {
        if (next().approved) return true;
        enter(Phase::waiting_for_approval);
        say_reason(fmt::format("waiting at the gate at {} % for a person to promote, {}",
                               step().weight_percent, since(next())));
        return false;
    }

    void wait_paused() {
        enter(Phase::paused);
        say_reason(fmt::format("paused at {} %: resume, promote or abort", step().weight_percent));
    }

    // -- Draining and retiring: forward the old version, on the way back the new one.

    bool is_drained() { return is_emptied(next().from, step().old_replicas); }
    bool is_retired() { return is_stopped(next().from, step().old_replicas); }

    bool is_emptied(model::Revision const& revision, int kept) {
        int left = 0;
        std::int64_t requests = 0;
        bool draining = true;
        std::string where;
        for (Replica const& replica : seen_.replicas) {
            if (replica.revision != revision.number || replica.slot < kept || !replica.in_route) continue;
            ++left;
            draining = draining && replica.draining;
            requests += replica.open_requests;
            if (replica.open_requests > 0 && where.empty()) where = replica.name;
        }
        if (left == 0 || (requests == 0 && draining)) return true;
        if (requests > 0 && next().step_observed >= next().settings.drain_limit && !next().cut) {
            next().cut = true;
            decision_.changed = true;
            note(LogLevel::warning, fmt::format("{} to {} last longer than {} and are cut",
                                                count_of(static_cast<int>(requests), "open request"), where,
                                                say_duration(next().settings.drain_limit)));
        }
        std::string const& problem = seen_.traffic.problem;
        say_reason(requests == 0
                       ? fmt::format("taking {} of {} out of {}{}{}, {}", count_of(left, "replica"),
                                     revision.version, seen_.traffic.name,
                                     problem.empty() ? failed_try(seen_) : ": ", problem, since(next()))
                       : fmt::format("draining {}: {} open on {}, {} ({})", revision.version,
                                     count_of(static_cast<int>(requests), "request"), where, since(next()),
                                     limit(next().settings.drain_limit)));
        return false;
    }

    bool is_stopped(model::Revision const& revision, int kept) {
        int left = 0;
        std::string name;
        for (Replica const& replica : seen_.replicas)
            if (replica.revision == revision.number && replica.slot >= kept) {
                ++left;
                if (name.empty()) name = replica.name;
            }
        if (left == 0) return true;
        say_reason(fmt::format("stopping {} of {}: {} is still there, {} (killed after {}){}",
                               count_of(left, "replica"), revision.version, name, since(next()),
                               say_duration(revision.workload.stop_timeout), failed_try(seen_)));
        return false;
    }

    int started_count(int revision, int wanted) {
        return static_cast<int>(
            std::count_if(seen_.replicas.begin(), seen_.replicas.end(), [&](Replica const& replica) {
                return replica.revision == revision && replica.slot < wanted && replica.started;
            }));
    }

    // -- The verdict.

    void judge_now() {
        if (!next().judge.enabled || step().weight_percent == 0) return;
        Verdict before = verdict_shown();
        JudgeInput input{.canary = next().evidence.canary,
                         .stable = next().evidence.stable,
                         .stage_canary = next().evidence.stage_canary,
                         .stage_stable = next().evidence.stage_stable,
                         .stages = stages(),
                         .historical = step().weight_percent == 100,
                         .first_deployment = next().from.number == 0,
                         .source_down = !seen_.traffic.not_counted.empty(),
                         .settings = next().judge,
                         .canary_version = next().to.version,
                         .stable_version = next().from.version};
        if (input.historical) {
            input.stage_stable = next().evidence.before_stable;
            if (input.stable.counts.requests == 0) input.stable = next().evidence.before_stable;
        }
        Judged judged = rollout::judge(input);
        next().total = judged.total;
        next().stage = judged.stage;
        if (verdict_shown() != before) {
            decision_.changed = true;
            note(verdict_shown() == Verdict::source_down ? LogLevel::warning : LogLevel::info,
                 fmt::format("verdict {}: {}", base::enum_name(verdict_shown()), sentence_shown()));
        }
        if (judged.verdict == Verdict::bad) {
            std::string sentence =
                judged.total.verdict == Verdict::bad ? judged.total.sentence : judged.stage.sentence;
            begin_abort(AbortCause::bad_verdict, sentence);
        }
    }

    Verdict verdict_shown() {
        for (Verdict strong : {Verdict::bad, Verdict::source_down, Verdict::good})
            if (next().total.verdict == strong || next().stage.verdict == strong) return strong;
        return next().total.verdict;
    }
    std::string sentence_shown() {
        return next().total.verdict == verdict_shown() ? next().total.sentence : next().stage.sentence;
    }

    int stages() {
        std::set<int> weights;
        for (Step const& each : next().plan)
            if (each.weight_percent > 0) weights.insert(each.weight_percent);
        return static_cast<int>(weights.size());
    }

    // -- Back.

    void begin_abort(AbortCause cause, std::string const& why) {
        next().abort = cause;
        next().since = seen_.at;
        next().step_observed = {};
        next().cut = false;
        next().reason = why;
        decision_.changed = true;
        note(LogLevel::error, fmt::format("goes back: {}", why));
    }

    void go_back() {
        if (next().phase != Phase::aborting) {
            bool had_traffic = next().weight_in_force > 0;
            if (next().from.number == 0 && had_traffic) return leave_serving();
            enter(Phase::aborting);
            next().since = seen_.at;
            next().step_observed = {};
            if (next().reason_of_abort.empty()) next().reason_of_abort = abort_sentence();
        }
        next().step_observed += seen_.elapsed;
        if (!is_back()) return;
        enter(final_phase());
        say_reason(next().reason_of_abort);
        note(LogLevel::warning, fmt::format("ended as {}: {}", base::enum_name(next().phase), next().reason));
    }

    /// Nothing else could take the traffic, so taking it away would lose every request.
    void leave_serving() {
        std::string why = abort_sentence();
        next().promoted = true;
        decision_.promoted = true;
        enter(Phase::failed);
        say_reason(fmt::format("{}; {} goes on serving because there is no other version to go back to", why,
                               next().to.version));
        note(LogLevel::error, next().reason);
    }

    bool is_back() {
        bool old_exists = next().from.number != 0;
        if (old_exists && seen_.routable_count(next().from.number) == 0) {
            say_reason(fmt::format(
                "going back to {}: waiting for one ready replica, {}, {}", next().from.version,
                first_trouble(next().from, next().from.workload.replicas, seen_, next().component),
                since(next())));
            return false;
        }
        if (int const unserved = seen_.traffic.unserved_percent; old_exists && unserved > 0) {
            say_reason(
                fmt::format("going back to {}: {} % of the traffic still goes where nobody takes it, {}{}",
                            next().from.version, unserved, since(next()), failed_try(seen_)));
            return false;
        }
        if (!is_emptied(next().to, 0)) return false;
        if (!is_stopped(next().to, 0)) return false;
        int wanted = old_exists ? next().from.workload.replicas : 0;
        int ready = old_exists ? seen_.routable_count(next().from.number) : 0;
        if (ready >= wanted || next().step_observed >= next().settings.progress_deadline) return true;
        say_reason(fmt::format("all traffic is back on {}; waiting for {} of {}: {}, {}", next().from.version,
                               wanted - ready, count_of(wanted, "replica"),
                               first_trouble(next().from, wanted, seen_, next().component), since(next())));
        return false;
    }

    std::string abort_sentence() {
        switch (next().abort) {
            case AbortCause::person:
                return "aborted by a person";
            case AbortCause::superseded:
                return "superseded by a newer deployment";
            case AbortCause::sibling:
                return "another component of this deployment went back";
            default:
                return next().reason;
        }
    }

    Phase final_phase() {
        switch (next().abort) {
            case AbortCause::superseded:
                return Phase::superseded;
            case AbortCause::person:
                return Phase::cancelled;
            case AbortCause::not_ready:
                return step().weight_percent == 0 ? Phase::failed : Phase::rolled_back;
            default:
                return Phase::rolled_back;
        }
    }

    // -- Telling.

    void enter(Phase phase) {
        if (next().phase == phase) return;
        next().phase = phase;
        decision_.changed = true;
    }

    /// True when the sentence is a new one. Numbers that rise at every look do not make it worth storing at
    /// once.
    bool say_reason(std::string reason) {
        if (next().reason == reason) return false;
        next().reason = std::move(reason);
        return true;
    }

    std::string say_step() {
        return fmt::format("step {} of {}: {}", next().step + 1, next().plan.size(),
                           say(step(), next().from.version, next().to.version));
    }

    void note(LogLevel level, std::string text) {
        decision_.changed = true;
        decision_.log.push_back({.time = seen_.at,
                                 .level = level,
                                 .component = next().component,
                                 .step = std::string(base::enum_name(step().kind)),
                                 .text = std::move(text)});
    }

    Observation const& seen_;
    Decision decision_;
};

bool is_graceful(AbortCause cause) {
    return cause == AbortCause::person || cause == AbortCause::superseded || cause == AbortCause::sibling;
}

}  // namespace

Decision decide(Rollout const& rollout, Observation const& seen) { return Decider(rollout, seen).run(); }

Wish wish_of(Rollout const& rollout, Observation const& seen) {
    Step const& step = rollout.current();
    Wish wish;
    wish.cut = rollout.cut;
    wish.insists = rollout.insists || rollout.abort != AbortCause::none ||
                   rollout.settings.on_drift == model::DriftPolicy::reassert;
    wish.traffic = rollout.to.traffic;
    if (rollout.abort != AbortCause::none && !rollout.promoted) {
        if (rollout.from.number == 0) return wish;
        wish.traffic = rollout.from.traffic;
        int wanted = rollout.from.workload.replicas;
        // A healthy new version keeps its share until the old one has its capacity again; a bad one goes at
        // once.
        bool small = seen.routable_count(rollout.from.number) < wanted;
        bool wait = is_graceful(rollout.abort) && small && seen.routable_count(rollout.to.number) > 0 &&
                    rollout.step_observed < rollout.settings.progress_deadline && step.old_replicas < wanted;
        wish.parts.push_back({rollout.from, wanted, wait ? 100 - step.weight_percent : 100});
        if (wait) wish.parts.push_back({rollout.to, step.new_replicas, step.weight_percent});
        return wish;
    }
    if (rollout.from.number != 0) {
        // While its drain lasts the old version's surplus is no longer wanted; it leaves by itself.
        wish.parts.push_back({rollout.from, step.old_replicas, 100 - step.weight_percent});
    }
    wish.parts.push_back({rollout.to, step.new_replicas, step.weight_percent});
    return wish;
}

namespace {

base::Error not_now(Rollout const& rollout, char const* what) {
    return base::conflict(
        fmt::format("cannot {} {}: it is {}", what, rollout.to.version, base::enum_name(rollout.phase)));
}

}  // namespace

base::Result<void> pause(Rollout& rollout) {
    if (is_final(rollout.phase) || rollout.promoted || rollout.abort != AbortCause::none)
        return not_now(rollout, "pause");
    rollout.paused = true;
    return {};
}

base::Result<void> resume(Rollout& rollout) {
    if (is_final(rollout.phase) || rollout.phase == Phase::aborting) return not_now(rollout, "resume");
    if (!rollout.paused && !rollout.held) return not_now(rollout, "resume");
    rollout.insists = rollout.insists || std::exchange(rollout.held, false);
    rollout.paused = false;
    return {};
}

base::Result<void> promote(Rollout& rollout, bool all) {
    if (is_final(rollout.phase) || rollout.promoted || rollout.abort != AbortCause::none ||
        rollout.phase == Phase::queued)
        return not_now(rollout, "promote");
    rollout.insists = rollout.insists || std::exchange(rollout.held, false);
    rollout.paused = false;
    rollout.approved = true;
    if (all) rollout.promote_all = true;
    return {};
}

base::Result<void> abort(Rollout& rollout, AbortCause cause) {
    if (is_final(rollout.phase) || rollout.promoted) return not_now(rollout, "abort");
    if (rollout.abort == AbortCause::none) rollout.abort = cause;
    return {};
}

}  // namespace rollout
