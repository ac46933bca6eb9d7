// Small files, written whole. Passed in, so that a crash in the simulation can lose what was not synced.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace base {

/// Paths are absolute. Calls block: from the event loop use `offload`. Errors: not_found; unavailable (disk
/// full, no permission, I/O error; the message names the path and what to do).
class Files {
public:
    virtual ~Files() = default;
    virtual Result<std::string> read(std::string const& path) = 0;
    /// Replaces the file as a whole: after a crash the old or the new text is there. Makes missing folders
    /// (0700); the file is 0600. Returns when it is on disk (file and folder synced).
    virtual Result<void> write(std::string const& path, std::string const& text) = 0;
    /// Names in a folder, sorted, files and folders; a missing folder is empty.
    virtual Result<std::vector<std::string>> list(std::string const& folder) = 0;
    /// A file or a whole folder; harmless when it is not there.
    virtual Result<void> remove(std::string const& path) = 0;
    virtual bool exists(std::string const& path) = 0;
};

/// The machine's file system.
class RealFiles : public Files {
public:
    Result<std::string> read(std::string const& path) override;
    Result<void> write(std::string const& path, std::string const& text) override;
    Result<std::vector<std::string>> list(std::string const& folder) override;
    Result<void> remove(std::string const& path) override;
    bool exists(std::string const& path) override;
};

/// In memory.
class FakeFiles : public Files {
public:
    Result<std::string> read(std::string const& path) override;
    Result<void> write(std::string const& path, std::string const& text) override;
    Result<std::vector<std::string>> list(std::string const& folder) override;
    Result<void> remove(std::string const& path) override;
    bool exists(std::string const& path) override;
    /// When set, every write fails with it: a full disk.
    std::string write_problem{};
    std::map<std::string, std::string> contents{};
};

}  // namespace base
