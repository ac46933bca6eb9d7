// The n-th crash point that is reached kills the process: for the tests of what survives.
#pragma once
#include <string>

#include "base/crash_points.hpp"

namespace app {

class CountedCrashPoints : public base::CrashPoints {
public:
    /// `at` 0: never dies. Each point is appended to the file `trace`, a line "number where", if one is
    /// named.
    CountedCrashPoints(std::uint64_t at, std::string trace) : at_(at), trace_(std::move(trace)) {}
    awaitable<void> reach(std::string_view where) override;

private:
    std::uint64_t at_;
    std::string trace_;
    std::uint64_t reached_ = 0;
};

}  // namespace app
