// Places where a sudden death is interesting. Tests enumerate them: the n-th one reached kills the process.
#pragma once
#include <string_view>

#include "base/asio.hpp"

namespace base {

/// In production nothing happens. A test's own kind counts, and at its number the process dies (in the
/// simulation: never returns, and is killed).
class CrashPoints {
public:
    virtual ~CrashPoints() = default;
    virtual awaitable<void> reach(std::string_view where) {
        (void)where;
        co_return;
    }
};

}  // namespace base
