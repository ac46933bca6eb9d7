#include "cli/portal.hpp"

#include <charconv>

namespace cli {

namespace {

using base::Errc;
using base::Error;
using base::Result;
namespace json = base::json;

constexpr Duration longest_silence = 45s;  // the server says something at least every 15 s

Errc code_of(int status, std::string_view word) {
    for (int i = 0; i <= static_cast<int>(Errc::internal); ++i)
        if (base::name(static_cast<Errc>(i)) == word) return static_cast<Errc>(i);
    switch (status) {
        case 401:
            return Errc::unauthenticated;
        case 403:
            return Errc::forbidden;
        case 404:
            return Errc::not_found;
        case 409:
            return Errc::conflict;
        case 429:
        case 502:
        case 503:
            return Errc::unavailable;
        case 504:
            return Errc::timed_out;
        default:
            return status < 500 ? Errc::invalid : Errc::internal;
    }
}

std::string_view text_of(json::object const& problem, std::string_view field) {
    auto const* value = problem.if_contains(field);
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

std::string advice(Errc code, std::string_view trace_id) {
    if (code == Errc::internal && !trace_id.empty()) return fmt::format(" (trace {})", trace_id);
    return "";
}

}  // namespace

Error problem_of(int status, std::string_view body, std::string const& server) {
    auto parsed = base::parse_json(body);
    json::object const problem = parsed && parsed->is_object() ? parsed->get_object() : json::object();
    std::string_view said = text_of(problem, "detail");
    if (said.empty()) said = text_of(problem, "title");
    Errc const code = code_of(status, text_of(problem, "code"));
    if (said.empty())
        return {code, fmt::format("{} answered with status {} and no reason; is it a Pilothouse server?",
                                  server, status)};
    return {code, std::string(said) + advice(code, text_of(problem, "trace_id")), std::string(body)};
}

std::string encoded(std::string_view text) {
    std::string result;
    for (char c : text) {
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                     c == '.' || c == '_' || c == '~';
        result += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return result;
}

awaitable<Result<std::string>> Portal::call(Call call) {
    CO_TRY(http::Url url, address(call.path));
    Result<http::Response> response =
        co_await http::send(dialer_, clock_, std::move(url), request(call), call.limit);
    if (!response) co_return unreachable(response.error());
    std::string body = std::move(response->body);
    if (response->shared_body) body = *response->shared_body;
    if (response->status < 200 || response->status > 299) co_return refusal(response->status, body, call);
    co_return body;
}

awaitable<Result<void>> Portal::events(std::string path, std::int64_t last_seq,
                                       std::function<bool(http::SseEvent const&)> take) {
    CO_TRY(http::Url url, address(path));
    http::Request stream = request({.path = path});
    stream.fields.set("Accept", std::string(http::sse_content_type));
    if (last_seq > 0) stream.fields.set("Last-Event-ID", std::to_string(last_seq));
    http::SseParser parser;
    std::string refused;
    std::function<bool(int, std::string_view)> piece = [&](int status, std::string_view text) {
        if (status == 200) return parser.put(text, take);
        refused += text.substr(0, 64 * 1024 - std::min<std::size_t>(refused.size(), 64 * 1024));
        return true;
    };
    Result<int> status = co_await http::send_streaming(dialer_, clock_, std::move(url), std::move(stream),
                                                       longest_silence, piece);
    if (!status) co_return unreachable(status.error());
    if (*status != 200) co_return refusal(*status, refused, {});
    co_return Result<void>();
}

Result<http::Url> Portal::address(std::string const& path) const {
    auto url = http::parse_url(profile_.server + path);
    if (url) return url;
    return base::invalid(fmt::format(
        "\"{}\" is not the address of a server; write it like http://127.0.0.1:7410", profile_.server));
}

http::Request Portal::request(Call const& call) const {
    http::Request request{.method = call.method};
    request.fields.set("Accept", "application/json");
    if (!profile_.token.empty()) request.fields.set("Authorization", "Bearer " + profile_.token);
    if (!call.idempotency_key.empty()) request.fields.set("Idempotency-Key", call.idempotency_key);
    if (call.body) {
        request.fields.set("Content-Type", "application/json");
        request.body = base::to_text(*call.body);
    }
    return request;
}

/// The server tells programs how to log in; people use this one.
Error Portal::refusal(int status, std::string_view body, Call const& call) const {
    Error error = problem_of(status, body, profile_.server);
    if (error.code != Errc::unauthenticated || call.opens_session) return error;
    error.message =
        profile_.token.empty()
            ? fmt::format("you are not logged in to {}; log in with: pilothouse login", profile_.server)
            : fmt::format("{} does not know this session, or it has ended; log in with: pilothouse login",
                          profile_.server);
    return error;
}

Error Portal::unreachable(Error const& why) const {
    return base::unavailable(fmt::format("{}; is the server running, and is {} its address (--server)?",
                                         why.message, profile_.server));
}

}  // namespace cli
