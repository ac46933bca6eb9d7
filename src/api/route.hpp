// A line of the route table.
#pragma once
#include "api/endpoint.hpp"

namespace api {

/// Who may use a route: anybody, who is not even asked for a name, or those whom auth::decide gives a
/// permission. There is no default, so a line that does not say it does not compile.
class Access {
public:
    constexpr Access(auth::Permission permission) : permission_(permission) {}
    static constexpr Access anybody() { return Access(); }
    auth::Decision decide(auth::Principal const* who, auth::Resource const& on) const {
        return permission_ ? auth::decide(who, *permission_, on) : auth::Decision{true, "open to all"};
    }
    bool is_open() const { return decide(nullptr, {}).allowed; }

private:
    constexpr Access() = default;
    std::optional<auth::Permission> permission_{};
};

enum class Extra { none, idempotency_key, event_stream, cookie };

struct Route {
    std::string_view method;
    std::string_view path;  // a segment `:name` stands for any one segment
    Access access;
    int status;  // of a success
    Endpoint endpoint;
    std::string_view id;  // operationId
    std::string_view summary;
    Extra extra = Extra::none;
};

/// What stands in `path` for the `:name` of `pattern` (empty when it has none); nothing when they do not
/// match.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path);

struct Found {
    Route const* route = nullptr;
    std::string name{};
    std::vector<std::string_view> allowed{};  // methods of this path, when the asked one is not among them
};
/// HEAD is asked as GET. Neither a route nor allowed methods: there is no such path.
Found find_route(std::span<Route const> routes, std::string_view method, std::string_view path);

}  // namespace api
