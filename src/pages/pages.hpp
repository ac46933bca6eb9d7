// The web interface's files, built into the program and answered from memory.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace pages {

/// What the build has packed (web/scripts/pack.mjs): a line of JSON that lists the files, then their bytes.
/// Empty when the program was built without the web interface.
std::string_view built_in();

class Pages {
public:
    /// `packed` outlives the pages. Throws std::runtime_error when it is damaged: the build made it.
    explicit Pages(std::string_view packed);

    /// The file at this path; for an address inside the application, which its script reads, the page itself.
    /// Nothing when it is not ours: another method, an interface's path, or a client that does not ask for a
    /// page.
    std::optional<http::Response> answer(http::Request const& request) const;

    bool empty() const { return files_.empty(); }

private:
    struct Encoded {
        std::shared_ptr<std::string const> bytes{};  // null: it would not be smaller
        std::string tag{};
    };
    struct File {
        std::string type{};
        bool immutable = false;  // its name changes with its content
        Encoded identity{}, gzip{}, br{};
    };
    http::Response answer(http::Request const& request, File const& file) const;

    std::map<std::string, File, std::less<>> files_;  // by path
};

}  // namespace pages
