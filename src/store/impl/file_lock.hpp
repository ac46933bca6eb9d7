// One portal to a data folder.
#pragma once
#include <string>

#include "base/error.hpp"

namespace store::impl {

/// Held until it is destroyed or the process dies.
class FileLock {
public:
    FileLock() = default;
    FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileLock& operator=(FileLock&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~FileLock();
    /// Errors: conflict (another portal has it: names its pid); unavailable.
    static base::Result<FileLock> take(std::string const& file);

private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_ = -1;
};

}  // namespace store::impl
