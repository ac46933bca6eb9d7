// pilothouse-sim [--seed N] [--seeds N] [--trace] [--planted FAULT] [--crash-points]: runs seeds and tells
// what they found.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "story.hpp"

namespace {

int run_seeds(simulation::Options options, std::string const& planted, std::uint64_t first,
              std::uint64_t count) {
    bool expect_found = planted != "no fault";
    auto began = std::chrono::steady_clock::now();
    std::uint64_t crashes = 0, takeovers = 0, requests = 0, deployments = 0, disconnects = 0, events = 0,
                  resets = 0;
    Duration longest_behind{};
    std::uint64_t found = 0, first_found = 0, all = 0, differing = 0;
    Duration virtual_time{};
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        options.seed = seed;
        simulation::Outcome outcome = simulation::run(options);
        crashes += static_cast<std::uint64_t>(outcome.crashes);
        requests += static_cast<std::uint64_t>(outcome.requests);
        if (outcome.taken_over) ++takeovers;
        deployments += static_cast<std::uint64_t>(outcome.deployments);
        disconnects += static_cast<std::uint64_t>(outcome.disconnects);
        events += static_cast<std::uint64_t>(outcome.events);
        resets += static_cast<std::uint64_t>(outcome.resets);
        longest_behind = std::max(longest_behind, outcome.longest_behind);
        virtual_time += outcome.virtual_time;
        all = all * 31 + outcome.hash;
        if (seed % 20 == 0 && simulation::run(options).hash != outcome.hash) ++differing;
        if (outcome.violations.empty()) continue;
        if (++found <= 3 && !expect_found)
            std::printf("seed %lu: %s\n", seed, outcome.violations.front().c_str());
        if (first_found == 0) first_found = seed;
        if (expect_found) break;
    }
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::printf(
        "%s: %lu seeds, %lu violated (first %lu); %lu deaths, %lu takeovers, %lu deployments, %lu requests, "
        "%lu events over %lu disconnects (%lu resets, %.1f s behind at most), %.1f virtual hours in %.1f s; "
        "hash %016lx, "
        "%lu re-run seeds differed\n",
        planted.c_str(), count, found, first_found, crashes, takeovers, deployments, requests, events,
        disconnects, resets, std::chrono::duration<double>(longest_behind).count(),
        std::chrono::duration<double, std::ratio<3600>>(virtual_time).count(), took.count(), all, differing);
    return differing > 0 || (found > 0) != expect_found;
}

/// Dies once at every crash point of each strategy's undisturbed run.
int run_crash_points() {
    int failed = 0;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        std::uint64_t points = simulation::run({.seed = seed, .calm = true}).crash_points;
        std::uint64_t survived = 0;
        for (std::uint64_t point = 1; point <= points; ++point) {
            auto outcome = simulation::run({.seed = seed, .crash_at_point = point});
            if (outcome.violations.empty())
                ++survived;
            else
                std::printf("seed %lu, point %lu: %s\n", seed, point, outcome.violations.front().c_str());
        }
        std::printf("seed %lu: survived %lu of %lu crash points\n", seed, survived, points);
        failed += survived != points || points < 40;
    }
    return failed;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Replays seeds of the simulation.");
    simulation::Options options;
    std::uint64_t first = 1, count = 1;
    std::string planted;
    bool crash_points = false;
    app.add_option("--seed", first, "the first seed");
    app.add_option("--seeds", count, "how many");
    app.add_flag("--trace", options.trace, "tell what happens");
    app.add_option("--planted", planted, "a fault that must be found");
    app.add_flag("--crash-points", crash_points, "die at every crash point of each strategy");
    app.add_flag("--calm", options.calm, "no faults");
    app.add_option("--crash-at", options.crash_at_point, "die at this point only");
    CLI11_PARSE(app, argc, argv);
    if (crash_points) return run_crash_points();
    if (planted == "fence_skipped") {
        options.fences_are_skipped = true;
    } else if (planted == "feed_skips_events") {
        options.feed_skips_events = true;
    } else if (!planted.empty()) {
        auto fault = base::parse_enum<rollout::PlantedFault>(planted, "fault");
        if (!fault) {
            std::fprintf(stderr, "%s\n", fault.error().message.c_str());
            return 2;
        }
        options.planted_fault = *fault;
    }
    return run_seeds(options, planted.empty() ? "no fault" : planted, first, count);
}
