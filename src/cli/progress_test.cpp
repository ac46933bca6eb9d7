#include "cli/progress.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

using model::ComponentRolloutView;
using model::DeploymentView;
using model::Phase;
using model::StepKind;
using model::StepView;

WallTime at(std::string_view text) { return base::parse_time(text).value(); }

StepView step(int number, StepKind kind, int weight = 0, int seconds = 0) {
    return {.component = "web",
            .number = number,
            .kind = kind,
            .weight_percent = weight,
            .at_least_seconds = seconds};
}

DeploymentView canary() {
    DeploymentView view{.id = {"01kb0z3v9m4e8r2t6w5y7a1c3d"}, .environment = "demo", .version = "1.1.0"};
    view.status = model::Status::deploying;
    view.phase = Phase::progressing;
    view.created_at = at("2026-11-24T02:12:00Z");
    view.started_at = at("2026-11-24T02:12:01Z");
    view.observed_at = at("2026-11-24T02:14:15.5Z");
    ComponentRolloutView web{
        .name = "web", .from_version = "1.0.0", .step = 5, .steps = 8, .weight_percent = 25};
    web.phase = Phase::progressing;
    web.verdict = model::Verdict::not_enough_data;
    web.judgement = "1.1.0 fails 0.24 %, 1.0.0 0.1 %: not enough requests to tell";
    web.reason = "baking at 25 %: 12 s of 30 s";
    web.since = at("2026-11-24T02:14:03Z");
    web.canary = {.version = "1.1.0",
                  .requests = 1204,
                  .failures = 3,
                  .error_percent = 0.249,
                  .at_least_percent = 0.02,
                  .at_most_percent = 1.1};
    web.stable = {.version = "1.0.0",
                  .requests = 10332,
                  .failures = 10,
                  .error_percent = 0.097,
                  .at_least_percent = 0.05,
                  .at_most_percent = 12.4};
    web.plan = {step(1, StepKind::prepare),    step(2, StepKind::wait_ready),   step(3, StepKind::check),
                step(4, StepKind::shift, 25),  step(5, StepKind::bake, 25, 30), step(6, StepKind::judge, 25),
                step(7, StepKind::shift, 100), step(8, StepKind::promote, 100)};
    view.components = {web};
    return view;
}

std::vector<std::string> render(DeploymentView const& view, ProgressStyle const& style = {}) {
    std::vector<model::LogEntry> log;
    for (int i = 0; i < 3; ++i)
        log.push_back({.seq = i,
                       .time = at("2026-11-24T02:14:03.123Z"),
                       .component = "web",
                       .step = "shift",
                       .text = fmt::format("line {}", i)});
    return render_progress(view, log, *view.observed_at, style);
}

TEST(Progress, ShowsStepsWeightRatesAndWhyItWaits) {
    std::vector<std::string> expected{
        "demo · 1.1.0 by canary · progressing · 2 min 14 s",
        "web  1.0.0 → 1.1.0  step 5 of 8",
        "  ✓ prepare  ✓ ready  ✓ check  ✓ 25 %  ▶ bake 30 s  judge  100 %  promote",
        "  traffic  █████░░░░░░░░░░░░░░░  25 % to 1.1.0",
        "  errors   1.1.0     0.25 % of 1,204 requests failed (true rate 0.02 % to 1.10 %)",
        "           1.0.0     0.10 % of 10,332 requests failed (true rate 0.05 % to 12 %)",
        "  verdict  not enough data: 1.1.0 fails 0.24 %, 1.0.0 0.1 %: not enough requests to tell",
        "  now      baking at 25 %: 12 s of 30 s (since 02:14:03Z, 12 s)",
        "",
        "02:14:03  web  line 1",
        "02:14:03  web  line 2",
    };

    EXPECT_EQ(render(canary(), {.log_lines = 2}), expected);
}

TEST(Progress, SpeaksAsciiAndKeepsToNarrowTerminals) {
    std::vector<std::string> expected{
        "demo - 1.1.0 by canary - progressing ...", "web  1.0.0 -> 1.1.0  step 5 of 8",
        "  + prepare  + ready  + check  + 25 %",    "  > bake 30 s  judge  100 %  promote",
        "  traffic  #####...............  25 %...",
    };

    std::vector<std::string> lines = render(canary(), {.columns = 40, .unicode = false});

    lines.resize(5);
    EXPECT_EQ(lines, expected);
}

TEST(Progress, BreaksSentencesIntoLinesInsteadOfCuttingThem) {
    std::vector<std::string> lines = render(canary(), {.columns = 50});

    EXPECT_EQ(lines[10], "  now      baking at 25 %: 12 s of 30 s (since");
    EXPECT_EQ(lines[11], "           02:14:03Z, 12 s)");
}

TEST(Progress, SaysNothingOfRatesWithoutRequests) {
    DeploymentView view = canary();
    view.components[0].canary->requests = 0;

    EXPECT_EQ(render(view)[4],
              "  errors   1.0.0     0.10 % of 10,332 requests failed (true rate 0.05 % to 12 %)");
}

TEST(Progress, MarksTheStepWhereItWasStopped) {
    DeploymentView view = canary();
    view.phase = view.components[0].phase = Phase::aborting;
    view.components[0].weight_percent = 0;

    std::vector<std::string> lines = render(view);

    EXPECT_EQ(lines[0], "demo · 1.1.0 by canary · aborting · 2 min 14 s");
    EXPECT_EQ(lines[2], "  ✓ prepare  ✓ ready  ✓ check  ✓ 25 %  ✗ bake 30 s  judge  100 %  promote");
    EXPECT_EQ(lines[3], "  traffic  ░░░░░░░░░░░░░░░░░░░░  0 % to 1.1.0");
}

TEST(Progress, MarksEveryStepOfOneThatIsCompleted) {
    DeploymentView view = canary();
    view.phase = view.components[0].phase = Phase::completed;
    view.completed_at = at("2026-11-24T02:20:01Z");
    view.components[0].step = 8;

    std::vector<std::string> lines = render(view);

    EXPECT_EQ(lines[0], "demo · 1.1.0 by canary · completed · 8 min");
    EXPECT_EQ(lines[2], "  ✓ prepare  ✓ ready  ✓ check  ✓ 25 %  ✓ bake 30 s  ✓ judge  ✓ 100 %  ✓ promote");
}

TEST(Progress, NothingFromTheServerActsOnTheTerminal) {
    DeploymentView view = canary();
    view.components[0].reason = "evil \x1b[2J\u202e reason";

    EXPECT_EQ(render(view)[7], "  now      evil \\x1b[2J\\u202e reason (since 02:14:03Z, 12 s)");
}

TEST(LogLine, IsOneLineForAPipeline) {
    model::LogEntry entry{.seq = 7,
                          .time = at("2026-11-24T02:13:59.123Z"),
                          .level = model::LogLevel::warning,
                          .component = "web",
                          .text = "two\nlines"};

    EXPECT_EQ(log_line(entry), "2026-11-24T02:13:59.123Z warning web  -  two\\nlines");
}

TEST(Outcome, SaysHowItEndedAndWhy) {
    DeploymentView view = canary();
    view.phase = Phase::rolled_back;
    view.reason = "1.1.0 is worse";
    view.completed_at = at("2026-11-24T02:13:01Z");

    EXPECT_EQ(outcome_sentence(view, *view.observed_at),
              "demo: 1.1.0 rolled back after 1 min: 1.1.0 is worse");
}

}  // namespace
}  // namespace cli
