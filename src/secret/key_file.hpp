// The file with the master keys. It stands apart from the database, so that a copy of one is no use without
// the other.
//
//     pilothouse-key-1
//     8f1c... (64 hexadecimal digits; a line each, the newest first)
#pragma once
#include "base/files.hpp"
#include "secret/seal.hpp"

namespace secret {

class KeyFile {
public:
    /// `path` is absolute; `files` outlives this.
    KeyFile(std::string path, base::Files& files) : path_(std::move(path)), files_(&files) {}

    /// Blocks. Errors: not_found; invalid (others may read it; it holds no key); unavailable.
    base::Result<MasterKeys> read() const;
    /// Writes it with a new key. Blocks. Errors: unavailable.
    base::Result<MasterKeys> make(Fill const& fill) const;
    std::string const& path() const { return path_; }

private:
    std::string path_;
    base::Files* files_;
};

/// Nobody but its owner, who is us or root, may read or write it; root's group may read it, as systemd's
/// credentials have it. What is not on this machine's disk is fine. Errors: invalid.
base::Result<void> check_is_private(std::string const& path);

}  // namespace secret
