// Chance that is passed in. Our own arithmetic: std::uniform_int_distribution differs between libraries.
#pragma once
#include <cstdint>

#include "base/asio.hpp"

namespace base {

__extension__ using Uint128 = unsigned __int128;

/// SplitMix64. The same seed gives the same numbers on every compiler.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    /// A number from 0 to count - 1.
    std::uint64_t below(std::uint64_t count) {
        return static_cast<std::uint64_t>((static_cast<Uint128>(next()) * count) >> 64U);
    }
    bool chance_per_mille(unsigned wanted) { return below(1000) < wanted; }
    Duration up_to(Duration longest) {
        return Duration{static_cast<Duration::rep>(below(static_cast<std::uint64_t>(longest.count()) + 1))};
    }

private:
    std::uint64_t state_;
};

}  // namespace base
