#include "target/impl/shim_state.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "base/files.hpp"

namespace target {

namespace {

bool write_whole(std::string const& path, std::string_view text) {
    int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    bool complete = true;
    while (complete && !text.empty()) {
        ssize_t count = ::write(fd, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        complete = count > 0;
        if (complete) text.remove_prefix(static_cast<std::size_t>(count));
    }
    ::close(fd);
    return complete;
}

/// A younger or older version may know other fields: those are passed over.
void keep_known_fields(base::json::object& object) {
    base::json::object known;
    boost::mp11::mp_for_each<base::MembersOf<ShimState>>([&](auto field) {
        if (auto* value = object.if_contains(field.name)) known[field.name] = *value;
    });
    object = std::move(known);
}

}  // namespace

bool write_state(std::string const& folder, ShimState const& state) {
    std::string path = folder + "/state.json";
    std::string temporary = path + ".new";
    return write_whole(temporary, base::to_text(state) + "\n") &&
           ::rename(temporary.c_str(), path.c_str()) == 0;
}

ShimState read_state(std::string const& folder) {
    auto text = base::RealFiles().read(folder + "/state.json");
    if (!text) return {};
    auto parsed = base::parse_json(*text);
    if (!parsed || !parsed->is_object()) return {};
    keep_known_fields(parsed->as_object());
    ShimState state;
    bool fine = base::read_json(*parsed, state, "", nullptr, base::Author::ourselves).has_value();
    return fine ? state : ShimState{};
}

void rotate_output(std::string const& folder, int output_fd) {
    struct stat now{};
    if (output_fd < 0 || ::fstat(output_fd, &now) != 0 ||
        static_cast<std::size_t>(now.st_size) <= output_limit_bytes)
        return;
    std::string end(output_limit_bytes, '\0');
    auto from = now.st_size - static_cast<off_t>(output_limit_bytes);
    ssize_t count = ::pread(output_fd, end.data(), end.size(), from);
    if (count > 0) {
        end.resize(static_cast<std::size_t>(count));
        std::string kept = folder + "/" + output_name + ".1";
        if (write_whole(kept + ".new", end)) ::rename((kept + ".new").c_str(), kept.c_str());
    }
    (void)!::ftruncate(output_fd, 0);
}

}  // namespace target
