// A number in a folder that only rises: who comes with a lower one is an old owner and is refused.
#pragma once
#include "base/files.hpp"

namespace target {

/// Passes when `epoch` is at least the number in `<folder>/fence`, and writes it there when it is higher.
/// Errors: conflict; unavailable.
base::Result<void> pass_fence(base::Files& files, std::string const& folder, std::int64_t epoch);

}  // namespace target
