#include "cli/profile.hpp"

#include <filesystem>

namespace cli {

namespace {

using base::Result;

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

std::optional<std::string> variable(Terminal const& terminal, std::string const& name) {
    auto value = terminal.variable(name);
    if (value && value->empty()) return {};
    return value;
}

Result<Profile> read_file(std::string const& path, base::Files& files) {
    Result<std::string> text = files.read(path);
    if (!text && text.error().code == base::Errc::not_found) return Profile{};
    if (!text) return text.error();
    Result<Profile> profile = base::from_text<Profile>(*text);
    if (!profile)
        return base::invalid(fmt::format("{} is not a profile: {}; remove it and log in again", path,
                                         profile.error().message));
    return profile;
}

void use_server(Profile& profile, std::string const& server) {
    std::string const wanted = without_slash(server);
    if (wanted == profile.server) return;
    profile = {.server = wanted};
}

}  // namespace

std::string profile_path(ProfileOptions const& options, Terminal const& terminal) {
    namespace fs = std::filesystem;
    auto absolute = [](std::string const& path) { return fs::absolute(path).lexically_normal().string(); };
    if (!options.file.empty()) return absolute(options.file);
    if (auto path = variable(terminal, "PILOTHOUSE_PROFILE")) return absolute(*path);
    fs::path folder =
        variable(terminal, "XDG_CONFIG_HOME").value_or(variable(terminal, "HOME").value_or(".") + "/.config");
    return absolute((folder / "pilothouse" / "profile.json").string());
}

Result<Profile> load_profile(ProfileOptions const& options, Terminal const& terminal, base::Files& files) {
    TRY(Profile profile, read_file(profile_path(options, terminal), files));
    profile.server = without_slash(profile.server);
    if (auto server = variable(terminal, "PILOTHOUSE_SERVER")) use_server(profile, *server);
    if (!options.server.empty()) use_server(profile, options.server);
    if (auto token = variable(terminal, "PILOTHOUSE_TOKEN")) profile.token = *token;
    return profile;
}

Result<void> save_profile(ProfileOptions const& options, Terminal const& terminal, base::Files& files,
                          Profile const& profile) {
    return files.write(profile_path(options, terminal), base::to_text(profile) + "\n");
}

}  // namespace cli
