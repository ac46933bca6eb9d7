#include "k8s/failure.hpp"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "base/json.hpp"
#include "base/json_at.hpp"
#include "k8s/object.hpp"

namespace k8s {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_message = 1000;

/// What comes from the server, fit for one line.
std::string one_line(std::string_view text) {
    std::string line(text.substr(0, longest_message));
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
    return line;
}

std::vector<Cause> causes_of(json::value const& status) {
    std::vector<Cause> causes;
    json::value const* list = base::find_at(status, "/details/causes");
    if (!list || !list->is_array()) return causes;
    for (json::value const& each : list->get_array())
        causes.push_back(
            {base::text_at(each, "/reason"), base::text_at(each, "/message"), base::text_at(each, "/field")});
    return causes;
}

/// A patch that does not apply is answered 422 Invalid like an object that breaks a rule, but without name
/// and causes: the API server's `applyJSPatch` makes a generic answer. (`test` and a missing path look
/// alike.)
bool is_refused_patch(json::value const& status) {
    return base::text_at(status, "/details/name").empty() && causes_of(status).empty();
}

Reason reason_of(int code, json::value const& status) {
    std::string word = base::text_at(status, "/reason");
    if (word == "AlreadyExists") return Reason::already_exists;
    if (word == "Timeout" || word == "ServerTimeout") return Reason::timeout;
    switch (code) {
        case 401:
            return Reason::unauthorized;
        case 403:
            return Reason::forbidden;
        case 404:
            return Reason::not_found;
        case 409:
            return Reason::conflict;
        case 410:
            return Reason::expired;
        case 400:
            return Reason::invalid;
        case 422:
            return is_refused_patch(status) ? Reason::patch_refused : Reason::invalid;
        case 429:
            return Reason::too_many_requests;
        case 504:
            return Reason::timeout;
        default:
            return code >= 500 ? Reason::internal : Reason::unexpected;
    }
}

base::Errc code_of(Reason reason) {
    switch (reason) {
        case Reason::not_found:
            return base::Errc::not_found;
        case Reason::already_exists:
        case Reason::conflict:
        case Reason::patch_refused:
        case Reason::expired:
            return base::Errc::conflict;
        case Reason::invalid:
            return base::Errc::invalid;
        case Reason::forbidden:
            return base::Errc::forbidden;
        case Reason::unauthorized:
            return base::Errc::unauthenticated;
        case Reason::timeout:
            return base::Errc::timed_out;
        case Reason::unexpected:
            return base::Errc::internal;
        default:
            return base::Errc::unavailable;
    }
}

/// What to do about it.
std::string_view advice(Reason reason) {
    switch (reason) {
        case Reason::forbidden:
            return "; give the portal's account this right";
        case Reason::unauthorized:
            return "; the cluster does not accept the credential: it may have expired, give a new one";
        case Reason::conflict:
        case Reason::patch_refused:
            return "; somebody else has changed it: look again";
        case Reason::too_many_requests:
        case Reason::internal:
        case Reason::timeout:
            return "; try again in a moment";
        default:
            return "";
    }
}

std::string fallback_message(int code) { return fmt::format("it answers {}", code); }

Failure failure(Asked const& asked, int code, json::value const& status) {
    Failure failure;
    failure.reason = reason_of(code, status);
    failure.code = code_of(failure.reason);
    failure.status = code;
    failure.causes = causes_of(status);
    failure.may_have_taken_effect = asked.has_effect && code >= 500;
    std::string said = one_line(base::text_at(status, "/message"));
    if (said.empty()) said = fallback_message(code);
    failure.message = fmt::format("the cluster {} does not {} {}: {}{}", asked.cluster, asked.verb,
                                  asked.what, said, advice(failure.reason));
    failure.detail = fmt::format("status {}, reason {}", code, base::text_at(status, "/reason"));
    if (auto seconds = base::number_at(status, "/details/retryAfterSeconds"))
        failure.retry_after = std::chrono::seconds(*seconds);
    return failure;
}

/// Seconds (RFC 9110, 10.2.3). API servers send no dates.
std::optional<Duration> retry_after(http::Response const& response) {
    std::string_view text = response.fields.get("Retry-After");
    unsigned seconds = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (text.empty() || failed != std::errc() || end != text.data() + text.size()) return {};
    return std::chrono::seconds(seconds);
}

json::value parse_or_null(std::string_view text) {
    auto parsed = base::parse_json(text);
    return parsed ? std::move(*parsed) : json::value();
}

}  // namespace

Failure failure_of(Asked const& asked, http::Response const& response) {
    Failure made = failure(asked, response.status, parse_or_null(response.body));
    if (auto wait = retry_after(response)) made.retry_after = wait;
    return made;
}

Failure failure_of_status(Asked const& asked, std::string_view status_json) {
    json::value status = parse_or_null(status_json);
    return failure(asked, static_cast<int>(base::number_at(status, "/code").value_or(500)), status);
}

Failure no_answer(Asked const& asked, base::Error const& problem, bool sent) {
    Failure failure;
    bool late = problem.code == base::Errc::timed_out;
    failure.code = late ? base::Errc::timed_out : base::Errc::unavailable;
    failure.reason = late ? Reason::timeout : Reason::unreachable;
    failure.may_have_taken_effect = asked.has_effect && sent;
    failure.message = fmt::format("no answer from the cluster {} to: {} {}: {}{}", asked.cluster, asked.verb,
                                  asked.what, problem.message,
                                  failure.may_have_taken_effect
                                      ? "; it may have taken effect all the same: look before you try again"
                                      : "");
    failure.detail = problem.detail;
    return failure;
}

std::vector<std::string> managers_in_the_way(Failure const& failure) {
    std::set<std::string> names;
    for (Cause const& cause : failure.causes) {
        if (cause.reason != "FieldManagerConflict") continue;
        // conflict with "kubectl" using apps/v1 at 2026-01-01T00:00:00Z
        auto begin = cause.message.find('"'), end = cause.message.find('"', begin + 1);
        if (begin != std::string::npos && end != std::string::npos)
            names.insert(cause.message.substr(begin + 1, end - begin - 1));
    }
    return {names.begin(), names.end()};
}

}  // namespace k8s
