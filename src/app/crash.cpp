#include "app/crash.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <fstream>

namespace app {

awaitable<void> CountedCrashPoints::reach(std::string_view where) {
    ++reached_;
    if (!trace_.empty())
        std::ofstream(trace_, std::ios::app) << fmt::format("{} {}\n", reached_, where) << std::flush;
    if (reached_ == at_) ::raise(SIGKILL);
    co_return;
}

}  // namespace app
