#include <fmt/format.h>

#include <boost/url.hpp>

#include "http/client.hpp"

namespace http {

base::Result<Url> parse_url(std::string_view text) {
    auto wrong = [&](std::string_view why) {
        return base::invalid(fmt::format(
            "\"{}\" is not an address ({}); write it like http://127.0.0.1:8080/path", text, why));
    };
    auto parsed = boost::urls::parse_uri(boost::urls::string_view(text.data(), text.size()));
    if (!parsed) return wrong(parsed.error().message());
    boost::urls::url_view const& url = *parsed;
    bool tls = url.scheme() == "https";
    if (!tls && url.scheme() != "http") return wrong("only http and https are spoken here");
    if (url.has_userinfo()) return wrong("user names and passwords do not belong into addresses");
    if (url.encoded_host().empty()) return wrong("it names no host");
    Url taken{.tls = tls, .host = std::string(url.encoded_host()), .port = std::string(url.port())};
    if (taken.port.empty())
        taken.port = tls ? "443" : "80";
    else if (url.port_number() == 0)
        return wrong("a port is a number from 1 to 65535");
    taken.target = std::string(url.encoded_target());
    if (!taken.target.starts_with('/')) taken.target.insert(0, "/");
    return taken;
}

}  // namespace http
