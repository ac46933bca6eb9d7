// Measures how often the verdict is wrong and how soon it comes, and prints the table of docs/verdict.md.
//     verdict_grid [runs]
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <vector>

#include "base/random.hpp"
#include "rollout/verdict.hpp"

namespace {

using model::Counts;
using model::Verdict;
using rollout::Pair;

constexpr double risk = 0.01;  // of a whole rollout
constexpr double margin = 0.02;
constexpr int weights[] = {10, 25, 50, 75, 100};
constexpr double total_risk = risk / 2;
constexpr double stage_risk = risk / 2 / std::size(weights);
constexpr int longest = 3600;  // seconds, a look in each
constexpr int bake = 30;

struct Cell {
    double stable = 0, canary = 0;  // failure rates
    double per_second = 200;        // requests to both
    int weight_percent = 10;        // 0: a whole rollout through all weights
    int burst = 1;                  // failures in a row
    bool must_be_good() const { return canary <= stable; }
    bool must_be_bad() const { return canary >= stable + margin - 1e-9; }
};

/// One version's requests: succeeding for a while, then `burst` failures, in the long run at the wanted rate.
class Stream {
public:
    Stream(double rate, int burst, base::Random& random)
        : burst_(static_cast<std::uint64_t>(burst)),
          begins_(rate / (rate + burst * (1 - rate))),
          random_(random) {}

    void send(std::uint64_t requests, Counts& into) {
        into.requests += requests;
        while (requests > 0) {
            if (succeeding_ == 0 && failing_ == 0) begin_again();
            take(requests, succeeding_);
            if (succeeding_ == 0) into.failures += take(requests, failing_);
        }
    }

private:
    void begin_again() {
        failing_ = burst_;
        succeeding_ = std::numeric_limits<std::uint64_t>::max();
        if (begins_ <= 0) return;
        double uniform = (static_cast<double>(random_.next() >> 11U) + 0.5) * 0x1p-53;
        succeeding_ = static_cast<std::uint64_t>(std::log(uniform) / std::log1p(-begins_));
    }
    static std::uint64_t take(std::uint64_t& wanted, std::uint64_t& left) {
        std::uint64_t taken = std::min(wanted, left);
        wanted -= taken;
        left -= taken;
        return taken;
    }

    std::uint64_t burst_;
    double begins_;
    base::Random& random_;
    std::uint64_t succeeding_ = 0, failing_ = 0;
};

struct Outcome {
    Verdict first = Verdict::not_enough_data;
    bool ever_bad = false;
    std::uint64_t requests = 0;  // to the canary, until the first decision
    int seconds = 0;
};

/// An hour of traffic; the first decision counts, and a `bad` that comes after a `good` is still a false
/// abort.
class Run {
public:
    Run(Cell const& cell, base::Random& random)
        : cell_(cell), stable_(cell.stable, cell.burst, random), canary_(cell.canary, cell.burst, random) {}

    Outcome operator()() {
        for (int second = 1; second <= longest && !outcome_.ever_bad; ++second) {
            send(weight_at(second));
            look(second);
            if (!cell_.must_be_good() && outcome_.first != Verdict::not_enough_data) break;
        }
        return outcome_;
    }

private:
    int weight_at(int second) {
        if (cell_.weight_percent != 0) return cell_.weight_percent;
        std::size_t stage =
            std::min<std::size_t>(static_cast<std::size_t>((second - 1) / bake), std::size(weights) - 1);
        if (stage != stage_) {
            last_stable_ = stage_stable_;
            stage_canary_ = stage_stable_ = {};
            stage_ = stage;
        }
        return weights[stage];
    }

    void send(int weight) {
        due_ += cell_.per_second * weight / 100;
        due_stable_ += cell_.per_second * (100 - weight) / 100;
        Counts now_canary, now_stable;
        canary_.send(whole(due_), now_canary);
        stable_.send(whole(due_stable_), now_stable);
        total_canary_.add(now_canary);
        total_stable_.add(now_stable);
        stage_canary_.add(now_canary);
        stage_stable_.add(now_stable);
        if (weight == 100) stage_stable_ = last_stable_;
    }
    static std::uint64_t whole(double& due) {
        double floor = std::floor(due);
        due -= floor;
        return static_cast<std::uint64_t>(floor);
    }

    void look(int second) {
        Pair total = rollout::pair_of(total_canary_, total_stable_);
        outcome_.ever_bad = is_bad(total);
        if (outcome_.first != Verdict::not_enough_data) return;
        if (outcome_.ever_bad)
            outcome_.first = Verdict::bad;
        else if (rollout::is_within(total, total_risk, margin))
            outcome_.first = Verdict::good;
        outcome_.requests = total.canary.requests;
        outcome_.seconds = second;
    }
    /// At one weight the stage has the same counts and less risk, and so nothing to add.
    bool is_bad(Pair const& total) const {
        return rollout::is_worse(total, total_risk) ||
               (cell_.weight_percent == 0 &&
                rollout::is_worse(rollout::pair_of(stage_canary_, stage_stable_), stage_risk));
    }

    Cell const& cell_;
    Stream stable_, canary_;
    double due_ = 0, due_stable_ = 0;
    model::Window total_canary_, total_stable_, stage_canary_, stage_stable_, last_stable_;
    std::size_t stage_ = 0;
    Outcome outcome_;
};

// -- The table.

struct Interval {
    double low, high;
};
/// 95 % limits for a share of which `hits` in `all` were seen (Wilson).
Interval wilson(double hits, double all) {
    constexpr double z = 1.96;
    double share = hits / all;
    double middle = (share + z * z / (2 * all)) / (1 + z * z / all);
    double half = z / (1 + z * z / all) * std::sqrt(share * (1 - share) / all + z * z / (4 * all * all));
    return {std::max(0.0, middle - half), middle + half};
}

std::string say_risk(std::size_t wrong, std::size_t decided) {
    if (decided == 0) return "-";
    auto [low, high] = wilson(static_cast<double>(wrong), static_cast<double>(decided));
    return fmt::format("{:.2f} ({:.2f}-{:.2f})",
                       100.0 * static_cast<double>(wrong) / static_cast<double>(decided), 100 * low,
                       100 * high);
}

template <class T>
T median(std::vector<T> values) {
    auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

void print_row(Cell const& cell, int runs) {
    base::Random random(2026);
    std::vector<std::uint64_t> requests;
    std::vector<int> seconds;
    std::size_t bad = 0, good = 0, ever_bad = 0;
    for (int i = 0; i < runs; ++i) {
        Outcome outcome = Run(cell, random)();
        bad += outcome.first == Verdict::bad;
        good += outcome.first == Verdict::good;
        ever_bad += outcome.ever_bad;
        if (outcome.first == Verdict::not_enough_data) continue;
        requests.push_back(outcome.requests);
        seconds.push_back(outcome.seconds);
    }
    std::size_t decided = bad + good;
    double all = runs / 100.0;
    fmt::print("| {:g} | {:g} | {:g} | {} | {} | {:.1f} | {:.1f} | {:.1f} | {} | {} | {} | {} |\n",
               cell.stable * 100, cell.canary * 100, cell.per_second,
               cell.weight_percent == 0 ? "all" : fmt::format("{} %", cell.weight_percent), cell.burst,
               static_cast<double>(bad) / all, static_cast<double>(good) / all,
               100 - static_cast<double>(decided) / all,
               cell.must_be_good() ? say_risk(ever_bad, decided) : "",
               cell.must_be_bad() ? say_risk(good, decided) : "",
               decided ? fmt::format("{}", median(requests)) : "-",
               decided ? fmt::format("{}", median(seconds)) : "-");
    std::fflush(stdout);
}

constexpr double rates[][2] = {{0, 0},        {0.001, 0.001}, {0.01, 0.01}, {0.05, 0.05},
                               {0.01, 0.001}, {0.001, 0.01},  {0.01, 0.03}, {0.001, 0.0211},
                               {0, 0.05},     {0.001, 0.05},  {0.01, 0.05}, {0.05, 0.10}};

constexpr Cell surroundings[] = {
    {.per_second = 200, .weight_percent = 10}, {.per_second = 200, .weight_percent = 50},
    {.per_second = 20, .weight_percent = 10},  {.per_second = 2, .weight_percent = 10},
    {.per_second = 200, .weight_percent = 0},  {.per_second = 200, .weight_percent = 10, .burst = 10}};

}  // namespace

int main(int argc, char** argv) {
    int runs = argc > 1 ? std::atoi(argv[1]) : 2000;
    if (runs < 1) {
        fmt::print(stderr, "usage: verdict_grid [runs]\nruns is a whole number from 1; got \"{}\"\n",
                   argv[1]);
        return 2;
    }
    fmt::print("{} runs a row, risk {}, margin {:g} points, a look each second for an hour.\n\n", runs, risk,
               margin * 100);
    fmt::print(
        "| stable % | canary % | requests/s | weight | burst | bad % | good % | undecided % | false abort % "
        "| miss % | "
        "median requests | median s |\n|--|--|--|--|--|--|--|--|--|--|--|--|\n");
    for (Cell cell : surroundings)
        for (auto const& [stable, canary] : rates) {
            cell.stable = stable;
            cell.canary = canary;
            print_row(cell, runs);
        }
    return 0;
}
