#include "target/impl/lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>

namespace target {

namespace {

namespace fs = std::filesystem;

struct flock whole_file() {
    struct flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

bool has_open(std::string const& descriptors, struct stat const& wanted) {
    std::error_code problem;
    for (fs::directory_iterator it(descriptors, problem), end; !problem && it != end; it.increment(problem)) {
        struct stat found{};
        if (::stat(it->path().c_str(), &found) == 0 && found.st_dev == wanted.st_dev &&
            found.st_ino == wanted.st_ino)
            return true;
    }
    return false;
}

}  // namespace

int take_lock(std::string const& folder) {
    int fd = ::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return -1;
    struct flock lock = whole_file();
    if (::fcntl(fd, F_OFD_SETLK, &lock) == 0) return fd;
    int reason = errno == EACCES ? EAGAIN : errno;
    ::close(fd);
    errno = reason;
    return -1;
}

bool is_locked(std::string const& folder) {
    int fd = ::open((folder + "/lock").c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) return false;
    struct flock lock = whole_file();
    bool held = ::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    ::close(fd);
    return held;
}

std::vector<Identity> lock_holders(std::string const& folder) {
    std::vector<Identity> holders;
    struct stat wanted{};
    if (::stat((folder + "/lock").c_str(), &wanted) != 0) return holders;
    std::error_code problem;
    for (fs::directory_iterator it("/proc", problem), end; !problem && it != end; it.increment(problem)) {
        std::string name = it->path().filename().string();
        pid_t pid = 0;
        auto [rest, bad] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (bad != std::errc{} || rest != name.data() + name.size() || pid == ::getpid()) continue;
        Identity candidate = identify(pid);
        if (candidate.pid != 0 && has_open(it->path().string() + "/fd", wanted)) holders.push_back(candidate);
    }
    return holders;
}

}  // namespace target
