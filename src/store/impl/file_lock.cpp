#include "store/impl/file_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace store::impl {

namespace {

std::string read_pid(int descriptor) {
    char text[32] = {};
    ssize_t length = ::pread(descriptor, text, sizeof text - 1, 0);
    return length > 0 ? std::string(text, static_cast<std::size_t>(length)) : "unknown";
}

}  // namespace

FileLock::~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

base::Result<FileLock> FileLock::take(std::string const& file) {
    int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return base::unavailable(
            fmt::format("cannot open {}: {}; give the user that runs the portal the right to write to "
                        "this folder, and check that it has space",
                        file, std::strerror(errno)));
    FileLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
        return base::conflict(fmt::format("another portal (pid {}) uses the data folder {}; stop it first",
                                          read_pid(descriptor),
                                          std::filesystem::path(file).parent_path().string()));
    // For the sentence above only: a full disk may leave it empty.
    std::string pid = std::to_string(::getpid());
    if (::ftruncate(descriptor, 0) == 0 && ::pwrite(descriptor, pid.data(), pid.size(), 0) < 0) errno = 0;
    return lock;
}

}  // namespace store::impl
