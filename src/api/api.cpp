#include "api/api.hpp"

#include <fmt/ranges.h>

#include <boost/algorithm/string/predicate.hpp>

#include "api/identity.hpp"
#include "api/openapi.hpp"
#include "api/routes.hpp"
#include "http/server.hpp"

namespace api {

struct Api::Impl {
    explicit Impl(Services services) : shared{.services = std::move(services)} {
        shared.openapi = base::to_text(openapi_document(routes(), shared.services.version));
    }
    awaitable<http::Response> answer(http::Request request);

    Shared shared;
};

namespace {

http::Response no_such_path(http::Request const& request) {
    return http::problem(
        request, 404, "not_found",
        fmt::format("there is nothing at {}; /api/openapi.json lists what there is", request.path));
}

http::Response wrong_method(http::Request const& request, std::vector<std::string_view> const& allowed) {
    std::string list = fmt::format("{}", fmt::join(allowed, ", "));
    http::Response response =
        http::problem(request, 405, "method_not_allowed",
                      fmt::format("{} does not know {}; it knows {}", request.path, request.method, list));
    response.fields.set("Allow", list);
    return response;
}

bool says_json(std::string_view content_type) {
    std::string_view media = content_type.substr(0, content_type.find(';'));
    media = media.substr(0, media.find_last_not_of(" \t") + 1);
    return boost::algorithm::iequals(media, json_type);
}

http::Response wrong_media(http::Request const& request) {
    http::Response response =
        http::problem(request, 415, "unsupported_media_type",
                      fmt::format("the body must be JSON, and say so: Content-Type: {}", json_type));
    response.fields.set("Accept", json_type);
    return response;
}

Result<void> check_query(http::Request const& request, Endpoint const& endpoint) {
    if (!endpoint.query.name.empty()) return {};  // the endpoint reads it
    return check_parameters(request, {});
}

}  // namespace

/// Outermost first: is there such a path, does it know the method, who asks and may they, is it well said,
/// and then what it is about. So nobody learns more than they may.
awaitable<http::Response> Api::Impl::answer(http::Request request) {
    Found found = find_route(routes(), request.method, request.path);
    if (!found.route && found.allowed.empty()) co_return no_such_path(request);
    if (!found.route) co_return wrong_method(request, found.allowed);
    Call call{.shared = shared, .request = request, .name = std::move(found.name)};
    Result<void> admitted = admit(call, found.route->access);
    if (!admitted) co_return problem(request, admitted.error());
    bool takes_json = !found.route->endpoint.body.name.empty();
    if (takes_json && !request.body.empty() && !says_json(request.fields.get("Content-Type")))
        co_return wrong_media(request);
    Result<void> well_asked = check_query(request, found.route->endpoint);
    if (!well_asked) co_return problem(request, well_asked.error());
    Result<http::Response> done = co_await found.route->endpoint.run(call, found.route->status);
    if (!done) co_return problem(request, done.error());
    co_return std::move(*done);
}

Api::Api(Services services) : impl_(std::make_unique<Impl>(std::move(services))) {}
Api::~Api() = default;

http::Handler Api::handler() {
    return [impl = impl_.get()](http::Request request) { return impl->answer(std::move(request)); };
}

}  // namespace api
