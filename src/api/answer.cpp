#include "api/answer.hpp"

#include "api/call.hpp"
#include "api/digest.hpp"
#include "auth/throttle.hpp"
#include "base/log.hpp"
#include "http/server.hpp"

namespace api {

namespace {

using base::Errc;

bool is_get(http::Request const& request) { return request.method == "GET" || request.method == "HEAD"; }

http::Response tagged(Call& call, http::Response response, std::string const& tag) {
    response.fields.set("ETag", tag);
    if (names_tag(call.request.fields.get("If-None-Match"), tag)) {
        response.status = 304;
        response.body.clear();
        response.shared_body.reset();
    } else {
        response.fields.set("Content-Type", json_type);
    }
    return with_fields(call, std::move(response));
}

}  // namespace

http::Response with_fields(Call& call, http::Response response) {
    for (auto const& [name, value] : call.fields.all()) response.fields.add(name, value);
    return response;
}

http::Response json_answer(Call& call, int status, std::string body) {
    if (is_get(call.request) && status == 200) {
        std::string tag = entity_tag(body);
        return tagged(call, {.status = status, .body = std::move(body)}, tag);
    }
    http::Response response{.status = status, .body = std::move(body)};
    response.fields.set("Content-Type", json_type);
    return with_fields(call, std::move(response));
}

http::Response json_answer(Call& call, std::shared_ptr<std::string const> body, std::string const& tag) {
    return tagged(call, {.shared_body = std::move(body)}, tag);
}

int status_of(Errc code) {
    switch (code) {
        case Errc::invalid:
            return 400;
        case Errc::unauthenticated:
            return 401;
        case Errc::forbidden:
            return 403;
        case Errc::not_found:
            return 404;
        case Errc::conflict:
            return 409;
        case Errc::unsupported:
            return 422;
        case Errc::internal:
            return 500;
        case Errc::unavailable:
            return 503;
        case Errc::timed_out:
            return 504;
    }
    return 500;
}

namespace {

/// Whoever guesses is told when to come back.
http::Response too_many_requests(http::Request const& request, base::Error const& error, Duration wait) {
    http::Response response = http::problem(request, 429, "too_many_requests", error.message);
    auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    if (seconds > 0) response.fields.set("Retry-After", std::to_string(seconds));
    return response;
}

}  // namespace

http::Response problem(http::Request const& request, base::Error const& error) {
    if (auto wait = auth::wait_of(error)) return too_many_requests(request, error, *wait);
    int status = status_of(error.code);
    if (status >= 500)
        base::log(base::LogLevel::warning, "a request failed",
                  {{"method", request.method},
                   {"path", request.path},
                   {"problem", error.message},
                   {"detail", error.detail},
                   {"trace", request.trace_id}});
    std::string const said =
        error.code == Errc::internal
            ? "something went wrong inside Pilothouse; the log tells more under this trace id"
            : error.message;
    http::Response response = http::problem(request, status, base::name(error.code), said);
    if (error.code == Errc::unauthenticated)
        response.fields.set("WWW-Authenticate", "Bearer realm=\"pilothouse\"");
    if (error.code == Errc::unavailable) response.fields.set("Retry-After", "5");
    return response;
}

}  // namespace api
