#include "cli/exit_code.hpp"

namespace cli {

ExitCode exit_code_of(base::Errc code) {
    switch (code) {
        case base::Errc::invalid:
            return ExitCode::usage;
        case base::Errc::unavailable:
        case base::Errc::timed_out:
            return ExitCode::unreachable;
        case base::Errc::unauthenticated:
        case base::Errc::forbidden:
        case base::Errc::not_found:
        case base::Errc::conflict:
        case base::Errc::unsupported:
        case base::Errc::internal:
            return ExitCode::failed;
    }
    return ExitCode::failed;
}

ExitCode exit_code_of(model::Phase phase) {
    if (phase == model::Phase::completed) return ExitCode::done;
    if (phase == model::Phase::rolled_back) return ExitCode::rolled_back;
    if (phase == model::Phase::waiting_for_approval) return ExitCode::gate;
    return ExitCode::failed;
}

}  // namespace cli
