#include "base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace base {

namespace {

namespace fs = std::filesystem;

Error failed(char const* what, std::string const& path, int number) {
    if (number == ENOENT) return not_found(fmt::format("{} does not exist", path));
    char const* cure = number == ENOSPC   ? "; free some space on that disk"
                       : number == EACCES ? "; give this user the right to it"
                       : number == EROFS  ? "; the file system is read-only"
                                          : "";
    return unavailable(fmt::format("cannot {} {}: {}{}", what, path, std::strerror(number), cure));
}

class Descriptor {
public:
    Descriptor(std::string const& path, int flags, mode_t mode = 0600)
        : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(Descriptor const&) = delete;
    explicit operator bool() const { return fd_ >= 0; }
    int get() const { return fd_; }

private:
    int fd_;
};

Result<void> write_all(int fd, std::string_view text, std::string const& path) {
    while (!text.empty()) {
        ssize_t count = ::write(fd, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failed("write", path, errno);
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

Result<void> make_folders(fs::path const& folder) {
    if (folder.empty() || fs::exists(folder)) return {};
    TRY_VOID(make_folders(folder.parent_path()));
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        return failed("make the folder", folder.string(), errno);
    return {};
}

}  // namespace

Result<std::string> RealFiles::read(std::string const& path) {
    Descriptor file(path, O_RDONLY);
    if (!file) return failed("read", path, errno);
    std::string text;
    char buffer[16 * 1024];
    for (;;) {
        ssize_t count = ::read(file.get(), buffer, sizeof(buffer));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failed("read", path, errno);
        if (count == 0) return text;
        text.append(buffer, static_cast<std::size_t>(count));
    }
}

Result<void> RealFiles::write(std::string const& path, std::string const& text) {
    fs::path folder = fs::path(path).parent_path();
    TRY_VOID(make_folders(folder));
    std::string temporary = path + ".new";
    auto write_temporary = [&]() -> Result<void> {
        Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
        if (!file) return failed("write", path, errno);
        TRY_VOID(write_all(file.get(), text, path));
        if (::fsync(file.get()) != 0) return failed("sync", path, errno);
        return {};
    };
    auto written = write_temporary();
    if (written && ::rename(temporary.c_str(), path.c_str()) != 0) written = failed("replace", path, errno);
    if (!written) {
        ::unlink(temporary.c_str());
        return written;
    }
    Descriptor directory(folder.string(), O_RDONLY | O_DIRECTORY);
    if (!directory || ::fsync(directory.get()) != 0) return failed("sync the folder of", path, errno);
    return {};
}

Result<std::vector<std::string>> RealFiles::list(std::string const& folder) {
    std::vector<std::string> names;
    std::error_code problem;
    for (fs::directory_iterator it(folder, problem), end; !problem && it != end; it.increment(problem))
        names.push_back(it->path().filename().string());
    if (problem && problem != std::errc::no_such_file_or_directory)
        return failed("list", folder, problem.value());
    std::sort(names.begin(), names.end());
    return names;
}

Result<void> RealFiles::remove(std::string const& path) {
    // Another process may put a file into the folder while it is emptied, or take one out of it.
    constexpr int attempts = 10;
    std::error_code problem;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        fs::remove_all(path, problem);
        bool const in_the_way =
            problem == std::errc::directory_not_empty || problem == std::errc::no_such_file_or_directory;
        if (!in_the_way) break;
    }
    if (problem) return failed("remove", path, problem.value());
    return {};
}

bool RealFiles::exists(std::string const& path) {
    std::error_code problem;
    return fs::exists(path, problem);
}

Result<std::string> FakeFiles::read(std::string const& path) {
    auto file = contents.find(path);
    if (file == contents.end()) return not_found(fmt::format("{} does not exist", path));
    return file->second;
}

Result<void> FakeFiles::write(std::string const& path, std::string const& text) {
    if (!write_problem.empty()) return unavailable(fmt::format("cannot write {}: {}", path, write_problem));
    contents[path] = text;
    return {};
}

Result<std::vector<std::string>> FakeFiles::list(std::string const& folder) {
    std::vector<std::string> names;
    std::string prefix = folder + "/";
    for (auto it = contents.lower_bound(prefix); it != contents.end() && it->first.starts_with(prefix);
         ++it) {
        std::string rest = it->first.substr(prefix.size());
        std::string first = rest.substr(0, rest.find('/'));
        if (names.empty() || names.back() != first) names.push_back(first);
    }
    return names;
}

Result<void> FakeFiles::remove(std::string const& path) {
    contents.erase(path);
    std::string prefix = path + "/";
    auto begin = contents.lower_bound(prefix);
    auto end = begin;
    while (end != contents.end() && end->first.starts_with(prefix)) ++end;
    contents.erase(begin, end);
    return {};
}

bool FakeFiles::exists(std::string const& path) {
    if (contents.contains(path)) return true;
    auto below = contents.lower_bound(path + "/");
    return below != contents.end() && below->first.starts_with(path + "/");
}

}  // namespace base
