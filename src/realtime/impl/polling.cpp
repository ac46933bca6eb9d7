#include "realtime/impl/polling.hpp"

#include <fmt/format.h>

namespace realtime::impl {

namespace {

constexpr std::size_t compress_from_bytes = 1024;

std::string_view words(Refusal refusal) {
    constexpr std::string_view all[] = {
        "Transport unknown", "Session ID unknown", "Bad handshake method",
        "Bad request",       "Forbidden",          "Unsupported protocol version"};
    return all[static_cast<std::size_t>(refusal)];
}

int status_of(Refusal refusal) { return refusal == Refusal::forbidden ? 403 : 400; }

http::Response answer(int status, std::string type, std::string body) {
    http::Response response{.status = status, .body = std::move(body)};
    response.fields.add("Content-Type", std::move(type));
    response.fields.add("Cache-Control", "no-store");
    return response;
}

}  // namespace

http::Response refuse(Refusal refusal) {
    std::string body =
        fmt::format(R"({{"code":{},"message":"{}"}})", static_cast<int>(refusal), words(refusal));
    return answer(status_of(refusal), "application/json", std::move(body));
}

http::Response refuse_upgrade(Refusal refusal) {
    return plain_answer(status_of(refusal), std::string(words(refusal)));
}

http::Response payload_answer(std::string payload, http::Coding coding) {
    bool compress = payload.size() >= compress_from_bytes && coding != http::Coding::identity;
    if (!compress) return answer(200, "text/plain; charset=UTF-8", std::move(payload));
    http::Response response = answer(200, "text/plain; charset=UTF-8", http::compress(payload, coding));
    response.fields.add("Content-Encoding", coding == http::Coding::gzip ? "gzip" : "deflate");
    return response;
}

http::Response post_answer() { return answer(200, "text/html", "ok"); }

http::Response plain_answer(int status, std::string text) {
    return answer(status, "text/plain; charset=UTF-8", std::move(text));
}

}  // namespace realtime::impl
