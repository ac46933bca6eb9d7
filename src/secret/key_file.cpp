#include "secret/key_file.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

namespace secret {

namespace {

constexpr std::string_view header = "pilothouse-key-1";

/// Nothing when that is no key.
std::optional<MasterKey> read_key(std::string_view line) {
    Key key;
    std::size_t length = 0;
    if (line.size() != 2 * Key::size) return std::nullopt;
    int const failed =
        sodium_hex2bin(key.bytes().data(), Key::size, line.data(), line.size(), nullptr, &length, nullptr);
    if (failed != 0 || length != Key::size) return std::nullopt;
    return MasterKey(key);
}

std::string write_key(Key const& key) {
    std::string text(2 * Key::size + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), key.bytes().data(), Key::size);
    text.pop_back();
    return text;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty()) lines.push_back(line);
    }
    return lines;
}

}  // namespace

base::Result<void> check_is_private(std::string const& path) {
    struct ::stat is{};
    if (::stat(path.c_str(), &is) != 0) return {};
    bool const is_ours = is.st_uid == ::geteuid() || is.st_uid == 0;
    mode_t const allowed = is.st_uid == 0 ? 0740 : 0700;
    if (is_ours && (is.st_mode & 0777 & ~allowed) == 0) return {};
    return base::invalid(
        fmt::format("the key file {} can be read or changed by others (mode {:04o}), so it keeps nothing "
                    "secret; make it the portal's own: chown it to the portal's user, and chmod 600 {}",
                    path, is.st_mode & 07777, path));
}

base::Result<MasterKeys> KeyFile::read() const {
    TRY_VOID(check_is_private(path_));
    TRY(std::string text, files_->read(path_));
    std::vector<std::string_view> const lines = lines_of(text);
    MasterKeys keys;
    bool is_understood = lines.size() >= 2 && lines.front() == header;
    for (std::size_t i = 1; is_understood && i < lines.size(); ++i) {
        auto key = read_key(lines[i]);
        is_understood = key.has_value();
        if (key) keys.push_back(std::move(*key));
    }
    sodium_memzero(text.data(), text.size());
    if (is_understood) return keys;
    return base::invalid(fmt::format(
        "the key file {} holds no key: its first line must be {}, and each other one 64 hexadecimal digits; "
        "put it back from its backup",
        path_, header));
}

base::Result<MasterKeys> KeyFile::make(Fill const& fill) const {
    MasterKeys keys{MasterKey(Key(fill))};
    TRY_VOID(files_->write(path_, fmt::format("{}\n{}\n", header, write_key(keys.front().key))));
    return keys;
}

}  // namespace secret
