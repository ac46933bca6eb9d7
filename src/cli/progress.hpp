// A deployment under way as a few lines of text. Pure: a view in, lines out.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "model/views.hpp"

namespace cli {

struct ProgressStyle {
    std::size_t columns = 100;
    bool unicode = true;
    std::size_t log_lines = 5;
};

/// The block that is redrawn on a terminal: the deployment, for each component its steps (done, current, to
/// come), weight, error rates of both versions with the verdict's limits and why it waits, and the end of the
/// log. `now` is the server's time (`observed_at`), or ours when it has not said one.
std::vector<std::string> render_progress(model::DeploymentView const& deployment,
                                         std::span<model::LogEntry const> log, WallTime now,
                                         ProgressStyle const& style);

/// "2026-11-24T02:13:59.123Z info    web  shift  sent 25 % of the traffic to 1.1.0"
std::string log_line(model::LogEntry const& entry);

/// How it ended, or where it stands: "demo: 1.1.0 completed after 3 min 2 s".
std::string outcome_sentence(model::DeploymentView const& deployment, WallTime now);

}  // namespace cli
