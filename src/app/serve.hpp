// `pilothouse serve`: the portal on this machine.
#pragma once
#include "config/settings.hpp"
#include "store/store.hpp"

namespace app {

struct ServeOptions {
    config::ServerSettings settings{};
    std::string program{};  // this program's own path: it is its own shim
    std::map<std::string, std::string> first_versions{};
};

/// PostgreSQL when `database` is a connection, else SQLite in the data folder (or in the file that it names).
base::Result<std::unique_ptr<store::Store>> open_store(config::ServerSettings const& settings,
                                                       std::string const& data_folder, Executor writer,
                                                       Executor readers);

/// Serves until SIGTERM or SIGINT. Returns the exit code; what keeps it from starting is one sentence on
/// standard error.
int serve(ServeOptions const& options);

}  // namespace app
