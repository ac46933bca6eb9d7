#include "base/nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

namespace base {

namespace {

/// Optimal string alignment distance: insert, delete, replace, swap of neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        before = last;
        last = now;
    }
    return last[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<std::string_view const> known) {
    if (word.size() > 64) return {};
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (std::string_view candidate : known)
        if (auto d = distance(word, candidate); d < best_distance) {
            best = candidate;
            best_distance = d;
        }
    return best;
}

std::string suggestion(std::string_view word, std::span<std::string_view const> known) {
    if (auto near = nearest(word, known); !near.empty()) return fmt::format(" (did you mean \"{}\"?)", near);
    if (known.empty()) return {};
    return fmt::format(" (known: {})", fmt::join(known, ", "));
}

}  // namespace base
