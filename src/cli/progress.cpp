#include "cli/progress.hpp"

#include <fmt/format.h>

#include "cli/impl/tally.hpp"
#include "cli/text.hpp"

namespace cli {

namespace {

using model::ComponentRolloutView;
using model::DeploymentView;
using model::Phase;
using model::StepKind;
using model::StepView;

struct Signs {
    std::string_view done, current, stopped, dot, arrow, full, empty;
};
constexpr Signs fine{"✓", "▶", "✗", " · ", "→", "█", "░"};
constexpr Signs plain{"+", ">", "x", " - ", "->", "#", "."};
Signs const& signs(ProgressStyle const& style) { return style.unicode ? fine : plain; }

std::string spoken(std::string_view word) {
    std::string text(word);
    std::replace(text.begin(), text.end(), '_', ' ');
    return text;
}

/// A decimal as short as it may be: 0.24, 1.1, 12.
std::string percent(double value) {
    return value >= 10 || value == 0 ? fmt::format("{:.0f} %", value) : fmt::format("{:.2f} %", value);
}

WallTime end_of(DeploymentView const& deployment, WallTime now) {
    return deployment.completed_at.value_or(now);
}

std::string age(DeploymentView const& deployment, WallTime now) {
    WallTime const begin = deployment.started_at.value_or(deployment.created_at);
    return base::say_duration(std::max<Duration>(Duration::zero(), end_of(deployment, now) - begin));
}

std::string headline(DeploymentView const& deployment, WallTime now, ProgressStyle const& style) {
    std::string_view const dot = signs(style).dot;
    return fmt::format("{}{}{} by {}{}{}{}{}", printable(deployment.environment), dot,
                       printable(deployment.version), base::enum_name(deployment.strategy), dot,
                       spoken(base::enum_name(deployment.phase)), dot, age(deployment, now));
}

std::string step_word(StepView const& step) {
    switch (step.kind) {
        case StepKind::shift:
            return fmt::format("{} %", step.weight_percent);
        case StepKind::bake:
            return fmt::format("bake {} s", step.at_least_seconds);
        case StepKind::wait_ready:
            return "ready";
        default:
            return std::string(base::enum_name(step.kind));
    }
}

/// "✓ prepare", "▶ 25 %", "bake 30 s".
std::string step_mark(StepView const& step, ComponentRolloutView const& rollout, ProgressStyle const& style) {
    bool const through = rollout.phase == Phase::completed || step.number < rollout.step;
    if (through) return fmt::format("{} {}", signs(style).done, step_word(step));
    if (step.number > rollout.step) return step_word(step);
    bool const stopped = rollout.phase == Phase::aborting || model::is_final(rollout.phase);
    return fmt::format("{} {}", stopped ? signs(style).stopped : signs(style).current, step_word(step));
}

void add_timeline(std::vector<std::string>& lines, ComponentRolloutView const& rollout,
                  ProgressStyle const& style) {
    std::string line = "  ";
    for (StepView const& step : rollout.plan) {
        std::string const mark = step_mark(step, rollout, style);
        if (width(line) > 2 && width(line) + width(mark) + 2 > style.columns) {
            lines.push_back(line);
            line = "  ";
        }
        line += (width(line) > 2 ? "  " : "") + mark;
    }
    if (width(line) > 2) lines.push_back(line);
}

std::string weight_bar(int weight, ProgressStyle const& style) {
    constexpr int cells = 20;
    std::string bar;
    for (int cell = 0; cell < cells; ++cell)
        bar += cell * 100 < weight * cells ? signs(style).full : signs(style).empty;
    return bar;
}

std::string rate(model::RateView const& side) {
    return fmt::format("{} of {} requests failed (true rate {} to {})", percent(side.error_percent),
                       grouped(side.requests), percent(side.at_least_percent), percent(side.at_most_percent));
}

void add_rates(std::vector<std::string>& lines, ComponentRolloutView const& rollout) {
    std::string_view label = "  errors   ";
    for (auto const* side : {&rollout.canary, &rollout.stable}) {
        if (!*side || (*side)->requests == 0) continue;
        lines.push_back(fmt::format("{}{}  {}", label, padded(printable((*side)->version), 8), rate(**side)));
        label = "           ";
    }
}

/// How long it has been so; since when, unless the sentence says it already.
std::string since(ComponentRolloutView const& rollout, WallTime now) {
    if (!rollout.since || model::is_final(rollout.phase)) return "";
    std::string when = fmt::format("since {}Z", base::format_time(*rollout.since).substr(11, 8));
    std::string how_long = base::say_duration(std::max<Duration>(Duration::zero(), now - *rollout.since));
    bool is_said = rollout.reason.find(when) != std::string::npos;
    return is_said ? fmt::format(" ({})", how_long) : fmt::format(" ({}, {})", when, how_long);
}

std::string verdict_sentence(ComponentRolloutView const& rollout) {
    std::string const verdict = spoken(base::enum_name(rollout.verdict));
    return rollout.judgement.empty() ? verdict : fmt::format("{}: {}", verdict, printable(rollout.judgement));
}

/// Sentences are what people look for: they are broken into lines, not cut.
void add_sentence(std::vector<std::string>& lines, std::string_view label, std::string const& sentence,
                  ProgressStyle const& style) {
    std::string const text = fmt::format("  {}  {}", padded(label, 7), sentence);
    for (std::string& line : wrapped(text, style.columns, 11)) lines.push_back(std::move(line));
}

void add_component(std::vector<std::string>& lines, ComponentRolloutView const& rollout,
                   DeploymentView const& deployment, WallTime now, ProgressStyle const& style) {
    std::string const version = printable(deployment.version);
    lines.push_back(fmt::format("{}  {} {} {}  step {} of {}", printable(rollout.name),
                                printable(rollout.from_version.value_or("nothing")), signs(style).arrow,
                                version, rollout.step, rollout.steps));
    add_timeline(lines, rollout, style);
    lines.push_back(fmt::format("  traffic  {}  {} % to {}", weight_bar(rollout.weight_percent, style),
                                rollout.weight_percent, version));
    add_rates(lines, rollout);
    if (rollout.verdict != model::Verdict::none)
        add_sentence(lines, "verdict", verdict_sentence(rollout), style);
    if (!rollout.reason.empty())
        add_sentence(lines, "now", printable(rollout.reason) + since(rollout, now), style);
}

std::string short_log_line(model::LogEntry const& entry) {
    return fmt::format("{}  {}{}", base::format_time(entry.time).substr(11, 8),
                       entry.component.empty() ? "" : printable(entry.component) + "  ",
                       printable(entry.text));
}

}  // namespace

std::vector<std::string> render_progress(DeploymentView const& deployment,
                                         std::span<model::LogEntry const> log, WallTime now,
                                         ProgressStyle const& style) {
    std::vector<std::string> lines{headline(deployment, now, style)};
    for (ComponentRolloutView const& rollout : deployment.components)
        add_component(lines, rollout, deployment, now, style);
    if (deployment.components.empty() && !deployment.reason.empty())
        lines.push_back("  " + printable(deployment.reason));
    if (!log.empty()) lines.emplace_back();
    for (model::LogEntry const& entry : log.last(std::min(log.size(), style.log_lines)))
        lines.push_back(short_log_line(entry));
    for (std::string& line : lines) line = cut(line, style.columns, style.unicode);
    return lines;
}

std::string log_line(model::LogEntry const& entry) {
    auto or_dash = [](std::string const& text) { return text.empty() ? std::string("-") : printable(text); };
    return fmt::format("{} {} {}  {}  {}", base::format_time(entry.time),
                       padded(base::enum_name(entry.level), 7), or_dash(entry.component), or_dash(entry.step),
                       printable(entry.text));
}

std::string outcome_sentence(DeploymentView const& deployment, WallTime now) {
    std::string text = fmt::format("{}: {} {}", printable(deployment.environment),
                                   printable(deployment.version), spoken(base::enum_name(deployment.phase)));
    if (model::is_final(deployment.phase)) text += " after " + age(deployment, now);
    if (deployment.phase != Phase::completed && !deployment.reason.empty())
        text += ": " + printable(deployment.reason);
    return text;
}

}  // namespace cli
