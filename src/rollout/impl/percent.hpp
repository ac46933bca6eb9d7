// Shares as they are shown.
#pragma once
#include <cmath>

namespace rollout {

/// 0.05123 is 5.123: three decimals.
inline double percent(double share) { return std::round(share * 100'000) / 1000; }

}  // namespace rollout
