// The server as the commands see it: a call is an answer or an error that a person can act on.
#pragma once
#include "base/clock.hpp"
#include "base/json.hpp"
#include "cli/lenient.hpp"
#include "cli/profile.hpp"
#include "http/client.hpp"
#include "http/sse.hpp"

namespace cli {

struct Call {
    std::string method = "GET";
    std::string path{};  // with its query: "/api/deployments?limit=20"
    std::optional<base::json::value> body{};
    std::string idempotency_key{};
    Duration limit = 30s;
    bool opens_session = false;  // needs none
};

class Portal {
public:
    Portal(base::Dialer& dialer, base::Clock& clock, Profile profile)
        : dialer_(dialer), clock_(clock), profile_(std::move(profile)) {}

    /// The body of a 2xx answer. Errors: a problem document's code and sentence, with the document itself as
    /// detail; unavailable when there is no answer.
    awaitable<base::Result<std::string>> call(Call call);

    /// Server-sent events, until the stream ends or `take` returns false. Errors as `call`.
    awaitable<base::Result<void>> events(std::string path, std::int64_t last_seq,
                                         std::function<bool(http::SseEvent const&)> take);

    Profile& profile() { return profile_; }
    base::Clock& clock() { return clock_; }

private:
    base::Result<http::Url> address(std::string const& path) const;
    http::Request request(Call const& call) const;
    base::Error refusal(int status, std::string_view body, Call const& call) const;
    base::Error unreachable(base::Error const& why) const;
    base::Dialer& dialer_;
    base::Clock& clock_;
    Profile profile_;
};

/// An answer of another status than 2xx as an error.
base::Error problem_of(int status, std::string_view body, std::string const& server);

/// Percent-encodes what may not stand in a path segment or a query value.
std::string encoded(std::string_view text);

/// Reads an answer; fields that a newer server has are left out. Errors: internal.
template <class T>
base::Result<T> read_answer(std::string_view text) {
    auto parsed = base::parse_json(text);
    if (!parsed)
        return base::Error{base::Errc::internal,
                           "the server's answer is not JSON: " + parsed.error().message};
    keep_known<T>(*parsed);
    auto value = base::from_json<T>(*parsed);
    if (!value)
        return base::Error{
            base::Errc::internal,
            fmt::format(
                "the server's answer is not understood ({}); is it another version than this program?",
                value.error().message)};
    return value;
}

}  // namespace cli
