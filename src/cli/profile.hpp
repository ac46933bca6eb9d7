// Which server the commands speak to, and as whom: a small file of the user's own, and variables above it.
#pragma once
#include <optional>
#include <string>

#include "base/files.hpp"
#include "base/json.hpp"
#include "cli/terminal.hpp"

namespace cli {

struct Profile {
    std::string server = "http://127.0.0.1:7410";
    std::string username{};
    std::string token{};  // of the session; empty: not logged in
    std::optional<WallTime> expires_at{};
    bool operator==(Profile const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Profile, (), (server, username, token, expires_at))

/// What the command line says; empty: nothing.
struct ProfileOptions {
    std::string file{};    // --profile
    std::string server{};  // --server
};

/// --profile, else $PILOTHOUSE_PROFILE, else pilothouse/profile.json in $XDG_CONFIG_HOME or ~/.config.
/// Absolute.
std::string profile_path(ProfileOptions const& options, Terminal const& terminal);

/// The file, overruled by $PILOTHOUSE_SERVER and $PILOTHOUSE_TOKEN, overruled by --server. A missing file is
/// an empty one. A token is only ever used for the server it was given for: another --server leaves it out.
/// Errors: invalid, unavailable.
base::Result<Profile> load_profile(ProfileOptions const& options, Terminal const& terminal,
                                   base::Files& files);

/// Readable by the user alone.
base::Result<void> save_profile(ProfileOptions const& options, Terminal const& terminal, base::Files& files,
                                Profile const& profile);

}  // namespace cli
