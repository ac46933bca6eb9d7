// environments.yaml on disk.
#pragma once
#include "base/files.hpp"
#include "config/environments.hpp"

namespace config {

/// Blocks: from the event loop use `offload`. Calls never overlap.
class EnvironmentsFile {
public:
    /// `path` is absolute. `files` outlives this.
    EnvironmentsFile(std::string path, base::Files& files) : path_(std::move(path)), files_(files) {}

    std::string const& path() const { return path_; }

    /// Errors: as load_environments; not_found or unavailable when it cannot be read. What was accepted
    /// before stays so.
    base::Result<Loaded> load();

    /// Edits the file as it is now on disk, which may be newer than what was loaded, and replaces it as a
    /// whole. Errors: as set_enabled of edit.hpp; unavailable when it cannot be read or written: then nothing
    /// has changed.
    base::Result<Loaded> set_enabled(std::string const& environment, std::optional<std::string> component,
                                     bool enabled);

    /// The file on disk differs from what `load` last read, valid or not, or `set_enabled` wrote: load again.
    /// Errors: not_found, unavailable.
    base::Result<bool> has_changed();

private:
    std::string path_;
    base::Files& files_;
    std::optional<std::string> seen_;
};

}  // namespace config
