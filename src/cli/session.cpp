#include "cli/session.hpp"

#include "cli/text.hpp"

namespace cli {

int Session::fail(base::Error const& error) {
    if (json() && !error.detail.empty()) terminal.out(error.detail + "\n");
    terminal.err(fmt::format("pilothouse: {}\n", printable(error.message)));
    return code(exit_code_of(error.code));
}

}  // namespace cli
