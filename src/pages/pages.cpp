#include "pages/pages.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <stdexcept>

#include "base/json.hpp"

namespace pages {

namespace {

namespace json = base::json;

constexpr std::string_view home = "/index.html";

/// Only our own files, nothing inline, no other host; the browser itself refuses the rest.
constexpr char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// Paths that programs ask: what is not there is a 404 for them, not a page.
bool belongs_to_an_interface(std::string_view path) {
    for (std::string_view prefix : {"/api", "/socket.io", "/metrics", "/healthz", "/readyz", "/assets"}) {
        bool inside =
            path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
        if (inside) return true;
    }
    return false;
}

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// The parts between commas.
template <class Take>
void for_each_part(std::string_view list, Take const& take) {
    while (!list.empty()) {
        std::size_t comma = std::min(list.find(','), list.size());
        take(trimmed(list.substr(0, comma)));
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
}

/// RFC 9110, 12.5.3: named, and not with a weight of zero.
bool accepts(std::string_view accept_encoding, std::string_view coding) {
    bool accepted = false;
    for_each_part(accept_encoding, [&](std::string_view part) {
        std::size_t semicolon = std::min(part.find(';'), part.size());
        if (!boost::algorithm::iequals(trimmed(part.substr(0, semicolon)), coding)) return;
        std::string_view weight = trimmed(part.substr(std::min(semicolon + 1, part.size())));
        bool zero = weight.starts_with("q=0") && weight.find_first_not_of("0.", 2) == std::string_view::npos;
        accepted = !zero;
    });
    return accepted;
}

bool names(std::string_view if_none_match, std::string_view tag) {
    bool named = false;
    for_each_part(if_none_match, [&](std::string_view part) {
        if (part.starts_with("W/")) part.remove_prefix(2);
        named = named || part == "*" || part == tag;
    });
    return named;
}

bool wants_a_page(http::Request const& request) {
    return request.fields.get("Accept").find("text/html") != std::string_view::npos;
}

}  // namespace

Pages::Pages(std::string_view packed) {
    if (packed.empty()) return;
    std::size_t line = packed.find('\n');
    if (line == std::string_view::npos) throw std::runtime_error("the packed pages have no list");
    std::string_view bytes = packed.substr(line + 1);
    auto take = [&](json::object const& file, char const* coding) -> Encoded {
        json::value const* place = file.if_contains(coding);
        if (!place) return {};
        auto offset = place->at("offset").to_number<std::size_t>();
        auto size = place->at("size").to_number<std::size_t>();
        if (offset > bytes.size() || size > bytes.size() - offset)
            throw std::runtime_error("the packed pages are cut off");
        return {std::make_shared<std::string const>(bytes.substr(offset, size)),
                "\"" + std::string(place->at("tag").as_string()) + "\""};
    };
    json::value const list = boost::json::parse(packed.substr(0, line));  // named: the loop would not keep it
    for (json::value const& entry : list.as_array()) {
        json::object const& file = entry.as_object();
        files_.emplace(file.at("path").as_string(), File{.type = std::string(file.at("type").as_string()),
                                                         .immutable = file.at("immutable").as_bool(),
                                                         .identity = take(file, "identity"),
                                                         .gzip = take(file, "gzip"),
                                                         .br = take(file, "br")});
    }
}

std::optional<http::Response> Pages::answer(http::Request const& request) const {
    if (request.method != "GET" && request.method != "HEAD") return {};
    auto file = files_.find(request.path);
    if (file == files_.end() && wants_a_page(request) && !belongs_to_an_interface(request.path))
        file = files_.find(home);
    if (file == files_.end()) return {};
    return answer(request, file->second);
}

http::Response Pages::answer(http::Request const& request, File const& file) const {
    std::string_view accepted = request.fields.get("Accept-Encoding");
    Encoded const* encoded = &file.identity;
    std::string_view coding;
    if (file.br.bytes && accepts(accepted, "br")) {
        encoded = &file.br;
        coding = "br";
    } else if (file.gzip.bytes && accepts(accepted, "gzip")) {
        encoded = &file.gzip;
        coding = "gzip";
    }
    http::Response response;
    response.fields.set("Content-Type", file.type);
    response.fields.set("Vary", "Accept-Encoding");
    response.fields.set("ETag", encoded->tag);
    response.fields.set("Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (file.type.starts_with("text/html")) {
        response.fields.set("Content-Security-Policy", policy);
        response.fields.set("Cross-Origin-Opener-Policy", "same-origin");
        response.fields.set("Permissions-Policy",
                            "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    }
    if (names(request.fields.get("If-None-Match"), encoded->tag)) {
        response.status = 304;
        return response;
    }
    if (!coding.empty()) response.fields.set("Content-Encoding", std::string(coding));
    response.shared_body = encoded->bytes;
    return response;
}

}  // namespace pages
