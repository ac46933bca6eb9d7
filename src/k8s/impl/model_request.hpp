// A request to the model API server, taken apart; and how it answers.
#pragma once
#include <optional>

#include "http/message.hpp"
#include "k8s/impl/model_store.hpp"

namespace k8s::impl {

struct ModelRequest {
    std::string verb{};
    Resource resource{};
    ObjectName name{};
    std::string subresource{};  // "proxy"; its path is what is left of `http`'s
    http::Request http{};

    Key key() const { return {resource.group, resource.plural, name}; }
    std::string query(std::string_view parameter) const { return http.query_value(parameter).value_or(""); }
    bool is_dry_run() const { return query("dryRun") == "All"; }
    std::string manager() const;
    /// As rights name it: "pods", "pods/proxy".
    std::string what() const { return resource.plural + (subresource.empty() ? "" : "/" + subresource); }
    std::string content_type() const { return std::string(http.fields.get("Content-Type")); }
};

/// Nothing when it is not about one of these resources.
std::optional<ModelRequest> parse_request(http::Request request, std::vector<Resource> const& resources);

/// "app=web,track!=canary,tier,!old" and "metadata.name=web".
bool is_selected(json::value const& object, std::string_view labels, std::string_view fields);

http::Response answer_json(int status, json::value const& body);

struct Refusal {
    int status = 500;
    std::string reason{};
    std::string message{};
    json::object details{};
};
http::Response answer_status(Refusal const& refusal);

http::Response not_found(ModelRequest const& request);
http::Response already_exists(ModelRequest const& request);
http::Response modified_meanwhile(ModelRequest const& request, std::string const& why);
http::Response refused_patch();
http::Response apply_conflict(std::vector<Clash> const& clashes, std::string const& api_version);
/// What breaks a rule, if anything does.
std::optional<http::Response> broken_rule(ModelRequest const& request, json::value const& object);

}  // namespace k8s::impl
