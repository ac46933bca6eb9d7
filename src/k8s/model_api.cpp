#include "k8s/model_api.hpp"

#include <fmt/format.h>

#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/json.hpp"
#include "base/json_at.hpp"
#include "base/json_patch.hpp"
#include "base/time.hpp"
#include "k8s/impl/merge_patch.hpp"
#include "k8s/impl/model_request.hpp"

namespace k8s {

using impl::answer_json;
using impl::answer_status;
using impl::ModelRequest;
using impl::Stored;
using impl::Written;

namespace {

std::string const review_path = "/apis/authorization.k8s.io/v1/selfsubject";

/// The connection ends in the middle of the answer.
http::Response cut() {
    http::Response response;
    response.stream = [](http::Writer&) -> awaitable<void> {
        throw system_error(asio::error::connection_reset);
        co_return;
    };
    return response;
}

http::Response hang(base::Clock& clock) {
    http::Response response;
    response.later = [&clock]() -> awaitable<http::Response> {
        co_await clock.sleep_for(24h);
        co_return http::Response{};
    };
    return response;
}

http::Response answer_fault(Fault const& fault) {
    std::string message = fmt::format("the test wants {}", fault.reason);
    http::Response response = answer_status({fault.status, fault.reason, message, {}});
    if (fault.retry_after_seconds)
        response.fields.set("Retry-After", std::to_string(*fault.retry_after_seconds));
    return response;
}

http::Response forbidden(ModelRequest const& request) {
    std::string message = fmt::format(
        "{} is forbidden: User \"pilothouse\" cannot {} resource \"{}\" in API group \"{}\" in the namespace "
        "\"{}\"",
        request.resource.full_name(), request.verb, request.what(), request.resource.group,
        request.name.namespace_);
    return answer_status({403, "Forbidden", message, {}});
}

/// As rights name it.
Action action_of(ModelRequest const& request) {
    return {.verb = request.verb == "apply" ? "patch" : request.verb,
            .resource = request.resource,
            .name = request.name,
            .subresource = request.subresource};
}

/// As rights name it: "pods", "pods/proxy".
std::string what(Action const& action) {
    return action.resource.plural + (action.subresource.empty() ? "" : "/" + action.subresource);
}

json::array in_array(std::vector<std::string> const& words) {
    json::array array;
    for (std::string const& each : words) array.emplace_back(each);
    return array;
}

/// As of a Secret; other kinds have other columns.
http::Response as_table(json::value const& object) {
    json::array columns{json::object{{"name", "Name"}}, json::object{{"name", "Type"}}};
    json::array cells{base::text_at(object, "/metadata/name"), base::text_at(object, "/type")};
    return answer_json(200, json::object{{"kind", "Table"},
                                         {"columnDefinitions", std::move(columns)},
                                         {"rows", json::array{json::object{{"cells", std::move(cells)}}}}});
}

std::string too_old() { return "too old resource version"; }

/// Nothing when it is no object.
std::optional<json::value> parse_object(std::string const& text) {
    auto parsed = base::parse_json(text);
    if (!parsed || !parsed->is_object()) return {};
    return std::move(*parsed);
}

http::Response bad_request(std::string message) {
    return answer_status({400, "BadRequest", std::move(message), {}});
}

/// With what the path says about it.
json::value complete(json::value object, ModelRequest const& request) {
    json::object& fields = object.as_object();
    fields["apiVersion"] = request.resource.api_version();
    fields["kind"] = request.resource.kind;
    if (!fields["metadata"].is_object()) fields["metadata"] = json::object();
    json::object& metadata = fields["metadata"].get_object();
    metadata["name"] = request.name.name;
    if (request.resource.namespaced) metadata["namespace"] = request.name.namespace_;
    return object;
}

std::string event_line(std::string_view type, json::value const& object) {
    return json::serialize(json::object{{"type", type}, {"object", object}}) + "\n";
}

}  // namespace

struct ModelApi::Watcher {
    Watcher(ModelApi& model, Executor const& executor) : api(model), wake(executor, 1) {
        api.watchers_.insert(this);
    }
    Watcher(Watcher const&) = delete;
    ~Watcher() { api.watchers_.erase(this); }
    ModelApi& api;
    asio::experimental::channel<void(error_code)> wake;
    bool ended = false;
};

ModelApi::ModelApi(base::Clock& clock)
    : clock_(clock),
      resources_{namespaces,
                 pods,
                 services,
                 secrets,
                 service_accounts,
                 resource_quotas,
                 events,
                 deployments,
                 replica_sets,
                 endpoint_slices,
                 autoscalers,
                 disruption_budgets,
                 leases,
                 virtual_services,
                 destination_rules,
                 gateways,
                 http_routes} {}

void ModelApi::uninstall(Resource const& resource) {
    std::erase_if(resources_, [&](Resource const& each) { return each == resource; });
}

int ModelApi::requests(std::string const& verb) const {
    auto found = requests_.find(verb);
    return found == requests_.end() ? 0 : found->second;
}

awaitable<http::Response> ModelApi::handle(http::Request http) {
    std::string_view authorization = http.fields.get("Authorization");
    if (authorization.starts_with("Bearer ")) authorization.remove_prefix(7);
    bool known = tokens_.empty() || tokens_.contains(std::string(authorization));
    auto parsed = impl::parse_request(http, resources_);
    ModelRequest request = parsed ? std::move(*parsed) : ModelRequest{};
    if (!parsed) {
        request.verb = http.path.starts_with(review_path) ? "review" : "discover";
        request.http = std::move(http);
    }
    ++requests_[request.verb];
    if (!known) co_return answer_status({401, "Unauthorized", "Unauthorized", {}});
    if (parsed) {
        Action action = action_of(request);
        if (is_refused(action)) co_return forbidden(request);
        used_.emplace(action.verb + " " + say(action.resource, action.name), std::move(action));
    }
    std::optional<Fault> fault = take_fault(request);
    if (fault && fault->kind == Fault::Kind::answer) co_return answer_fault(*fault);
    if (fault && fault->kind == Fault::Kind::hang) co_return hang(clock_);
    if (fault && fault->kind == Fault::Kind::cut_before) co_return cut();
    if (!request.subresource.empty()) co_return co_await forward(std::move(request));
    http::Response response = perform(request, fault);
    if (fault && fault->kind == Fault::Kind::cut_after) co_return cut();
    co_return response;
}

awaitable<http::Response> ModelApi::forward(Request request) {
    std::string const pod = request.name.name.substr(0, request.name.name.find(':'));
    if (!find(pods, {request.name.namespace_, pod})) {
        request.name.name = pod;
        co_return impl::not_found(request);
    }
    if (!in_pod)
        co_return answer_status({503,
                                 "ServiceUnavailable",
                                 "error trying to reach service: dial tcp: connect: connection refused",
                                 {}});
    co_return co_await in_pod(std::move(request.name.name), std::move(request.http));
}

bool ModelApi::is_refused(Action const& action) const {
    auto allows = [&](Rule const& rule) { return rule.allows(action); };
    return forbidden_.contains({action.verb, what(action)}) ||
           (rules_ && std::none_of(rules_->begin(), rules_->end(), allows));
}

std::vector<Action> ModelApi::used() const {
    std::vector<Action> all;
    for (auto const& [text, action] : used_) all.push_back(action);
    return all;
}

std::optional<Fault> ModelApi::take_fault(Request const& request) {
    for (auto at = faults_.begin(); at != faults_.end(); ++at) {
        bool is_for_it = (at->verb.empty() || at->verb == request.verb) &&
                         (at->plural.empty() || at->plural == request.resource.plural);
        if (!is_for_it || at->after-- > 0) continue;
        Fault fault = *at;
        if (--at->times == 0) faults_.erase(at);
        return fault;
    }
    return {};
}

http::Response ModelApi::perform(Request const& request, std::optional<Fault> const& fault) {
    std::uint64_t back = fault && fault->kind == Fault::Kind::stale ? fault->versions_back : 0;
    std::uint64_t version = store_.version() - std::min(back, store_.version() - 1);
    if (request.verb == "get") return get(request, version);
    if (request.verb == "list") return list(request, version);
    if (request.verb == "watch") return watch(request, fault);
    if (request.verb == "create") return create(request);
    if (request.verb == "apply") return apply(request);
    if (request.verb == "patch") return patch(request);
    if (request.verb == "delete") return remove(request);
    if (request.verb == "review") return review(request);
    return discover(request);
}

http::Response ModelApi::get(Request const& request, std::uint64_t version) const {
    auto objects = store_.at(version);
    auto found = objects.find(request.key());
    if (found == objects.end()) return not_found(request);
    bool wants_table = request.http.fields.get("Accept").find("as=Table") != std::string_view::npos;
    return wants_table ? as_table(found->second) : answer_json(200, found->second);
}

/// A continue token is the version of the list and how much of it has been told: "17.500".
http::Response ModelApi::list(Request const& request, std::uint64_t version) const {
    std::size_t skip = 0;
    if (std::string token = request.query("continue"); !token.empty()) {
        version = std::stoull(token);
        skip = std::stoull(token.substr(token.find('.') + 1));
        if (version < store_.compacted())
            return answer_status({410, "Expired", "The provided continue parameter is too old", {}});
    }
    std::string limit = request.query("limit");
    std::size_t most = limit.empty() ? std::numeric_limits<std::size_t>::max() : std::stoull(limit);
    std::vector<json::value> selected;
    for (auto& [key, object] : store_.at(version)) {
        bool here = key.group == request.resource.group && key.plural == request.resource.plural &&
                    (request.name.namespace_.empty() || key.name.namespace_ == request.name.namespace_);
        if (here && impl::is_selected(object, request.query("labelSelector"), request.query("fieldSelector")))
            selected.push_back(object);
    }
    json::array items;
    for (std::size_t i = skip; i < selected.size() && items.size() < most; ++i) {
        json::object& item = selected[i].as_object();
        item.erase("apiVersion");
        item.erase("kind");
        items.push_back(std::move(item));
    }
    json::object metadata{{"resourceVersion", std::to_string(version)}};
    if (std::size_t told = skip + items.size(); told < selected.size())
        metadata["continue"] = fmt::format("{}.{}", version, told);
    return answer_json(200, json::object{{"kind", request.resource.kind + "List"},
                                         {"apiVersion", request.resource.api_version()},
                                         {"metadata", std::move(metadata)},
                                         {"items", std::move(items)}});
}

http::Response ModelApi::create(Request const& given) {
    auto object = parse_object(given.http.body);
    if (!object) return bad_request("the body is no object");
    ModelRequest request = given;
    request.name.name = base::text_at(*object, "/metadata/name");
    if (request.name.name.empty())
        return answer_status(
            {422, "Invalid", "metadata.name: Required value: name or generateName is required",
             json::object{{"causes", json::array{json::object{{"reason", "FieldValueRequired"},
                                                              {"message", "Required value"},
                                                              {"field", "metadata.name"}}}}}});
    if (store_.find(request.key())) return already_exists(request);
    Stored next{complete(std::move(*object), request)};
    impl::note_update(json::object(), next.object, next.owners, request.manager(), now());
    return write(request, std::move(next), 201);
}

http::Response ModelApi::apply(Request const& request) {
    auto wanted = parse_object(request.http.body);
    if (!wanted) return bad_request("the body is no object");
    if (request.query("fieldManager").empty())
        return bad_request("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value");
    Stored const* before = store_.find(request.key());
    Stored next = before ? *before : Stored{complete(json::object(), request)};
    auto in_the_way = impl::clashes(next.object, next.owners, request.manager(), *wanted);
    if (!in_the_way.empty() && request.query("force") != "true")
        return impl::apply_conflict(in_the_way, request.resource.api_version());
    next.object = impl::apply(std::move(next.object), next.owners, request.manager(), *wanted, now());
    return write(request, std::move(next), before ? 200 : 201);
}

http::Response ModelApi::patch(Request const& request) {
    auto change = base::parse_json(request.http.body);
    if (!change) return bad_request(change.error().message);
    Stored const* before = store_.find(request.key());
    if (!before) return not_found(request);
    Stored next = *before;
    if (request.content_type() == "application/json-patch+json") {
        if (!change->is_array()) return bad_request("a JSON patch is a list");
        auto patched = base::apply_patch(std::move(next.object), change->get_array());
        if (!patched && patched.error().code == base::Errc::invalid)
            return bad_request(patched.error().message);
        if (!patched) return impl::refused_patch();
        next.object = std::move(*patched);
    } else {
        impl::apply_merge_patch(next.object, *change);
    }
    if (!next.object.is_object()) return bad_request("what is left is no object");
    next.object = complete(std::move(next.object), request);
    if (metadata_of(next.object).resource_version != metadata_of(before->object).resource_version)
        return impl::modified_meanwhile(request,
                                        "the object has been modified; please apply your changes to the "
                                        "latest version and try again");
    impl::note_update(before->object, next.object, next.owners, request.manager(), now());
    return write(request, std::move(next), 200);
}

http::Response ModelApi::write(Request const& request, Stored next, int status) {
    if (auto refusal = impl::broken_rule(request, next.object)) return *refusal;
    Stored prepared = store_.prepare(request.key(), std::move(next), now());
    json::value object = prepared.object;
    if (!request.is_dry_run() && store_.keep(request.key(), std::move(prepared))) wrote();
    return answer_json(status, object);
}

http::Response ModelApi::remove(Request const& request) {
    Stored const* found = store_.find(request.key());
    if (!found) return not_found(request);
    auto options = parse_object(request.http.body);
    std::string wanted = options ? base::text_at(*options, "/preconditions/uid") : "";
    std::string uid = metadata_of(found->object).uid;
    if (!wanted.empty() && wanted != uid)
        return impl::modified_meanwhile(
            request,
            fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}", wanted, uid));
    json::value const* dry_run = options ? base::find_at(*options, "/dryRun") : nullptr;
    bool is_dry_run = options ? dry_run && dry_run->is_array() : request.is_dry_run();  // body before query
    if (!is_dry_run && store_.remove(request.key())) wrote();
    return answer_json(200, json::object{{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Success"}});
}

http::Response ModelApi::review(Request const& request) const {
    auto body = parse_object(request.http.body);
    if (!body) return bad_request("the body is no object");
    if (request.http.path.ends_with("rulesreviews")) return review_rules(std::move(*body));
    std::string const at = "/spec/resourceAttributes/";
    Action action{.verb = base::text_at(*body, at + "verb"),
                  .resource = {base::text_at(*body, at + "group"), base::text_at(*body, at + "version"),
                               base::text_at(*body, at + "resource")},
                  .name = {base::text_at(*body, at + "namespace"), base::text_at(*body, at + "name")},
                  .subresource = base::text_at(*body, at + "subresource")};
    body->as_object()["status"] = json::object{{"allowed", !is_refused(action)}};
    return answer_json(201, *body);
}

/// Without rules it is as with an authorizer that cannot list them.
http::Response ModelApi::review_rules(json::value review) const {
    json::array rules;
    for (Rule const& rule : rules_.value_or(std::vector<Rule>{}))
        rules.push_back(json::object{{"apiGroups", in_array(rule.groups)},
                                     {"resources", in_array(rule.resources)},
                                     {"resourceNames", in_array(rule.names)},
                                     {"verbs", in_array(rule.verbs)}});
    review.as_object()["status"] =
        json::object{{"resourceRules", std::move(rules)}, {"incomplete", !rules_.has_value()}};
    return answer_json(201, review);
}

http::Response ModelApi::discover(Request const& request) const {
    if (request.http.path == "/version") return answer_json(200, json::object{{"gitVersion", "v1.31.0"}});
    json::array found;
    for (Resource const& each : resources_)
        if (each.group_path() == request.http.path)
            found.push_back(
                json::object{{"name", each.plural}, {"kind", each.kind}, {"namespaced", each.namespaced}});
    if (found.empty())
        return answer_status({404, "NotFound", "the server could not find the requested resource", {}});
    return answer_json(200, json::object{{"kind", "APIResourceList"}, {"resources", std::move(found)}});
}

http::Response ModelApi::watch(Request const& request, std::optional<Fault> const& fault) {
    http::Response response;
    response.fields.set("Content-Type", "application/json");
    response.stream = [this, request, fault](http::Writer& writer) { return tell(request, fault, writer); };
    return response;
}

awaitable<void> ModelApi::tell(Request request, std::optional<Fault> fault, http::Writer& writer) {
    Executor executor = co_await asio::this_coro::executor;
    Watcher me(*this, executor);
    std::string asked = request.query("resourceVersion"), length = request.query("timeoutSeconds");
    std::uint64_t seen = asked.empty() ? store_.version() : std::stoull(asked);
    SteadyTime end = clock_.now() + std::chrono::seconds(length.empty() ? 1800 : std::stoll(length));
    if (seen < store_.compacted()) {
        json::value status = json::parse(answer_status({410, "Expired", too_old(), {}}).body);
        co_return co_await writer.write(event_line("ERROR", status));
    }
    bool silent = fault && fault->kind == Fault::Kind::silence;
    if (fault && fault->kind == Fault::Kind::stale) seen -= std::min(seen, fault->versions_back);
    std::uint64_t to_lose = fault && fault->kind == Fault::Kind::gap ? fault->versions_back : 0;
    SteadyTime bookmark_at = clock_.now() + bookmark_interval;
    while (!me.ended && clock_.now() < end) {
        std::uint64_t lost = std::min(to_lose, store_.version() - std::min(seen, store_.version()));
        to_lose -= lost;
        seen += lost;
        std::string text = events_since(request, seen);
        seen = std::max(seen, store_.version());
        if (clock_.now() >= bookmark_at) {
            json::object metadata{{"resourceVersion", std::to_string(seen)}};
            text += event_line("BOOKMARK", json::object{{"metadata", std::move(metadata)}});
            bookmark_at += bookmark_interval;
        }
        if (!text.empty() && !silent) co_await writer.write(text);
        if (seen < store_.version()) continue;
        try {
            auto waking = me.wake.async_receive(use_awaitable);
            Duration longest = std::max<Duration>(std::min(end, bookmark_at) - clock_.now(), 0s);
            co_await base::within(clock_, longest, std::move(waking));
        } catch (system_error const& problem) {
            if (problem.code() != asio::error::timed_out) throw;
        }
    }
}

/// What leaves the selection is removed for who watches it, what enters it is added.
std::string ModelApi::events_since(Request const& request, std::uint64_t version) const {
    std::string labels = request.query("labelSelector"), fields = request.query("fieldSelector");
    auto is_seen = [&](json::value const& object) {
        return !object.is_null() && impl::is_selected(object, labels, fields);
    };
    std::string text;
    for (Written const* each : store_.since(version)) {
        bool here = each->key.group == request.resource.group &&
                    each->key.plural == request.resource.plural &&
                    (request.name.namespace_.empty() || each->key.name.namespace_ == request.name.namespace_);
        if (!here) continue;
        bool was = is_seen(each->before), is = is_seen(each->after);
        if (is) text += event_line(was ? "MODIFIED" : "ADDED", each->after);
        if (was && !is) text += event_line("DELETED", each->after.is_null() ? each->before : each->after);
    }
    return text;
}

void ModelApi::end_watches() {
    for (Watcher* each : watchers_) {
        each->ended = true;
        each->wake.try_send(error_code{});
    }
}

json::value const* ModelApi::find(Resource const& resource, ObjectName const& name) const {
    Stored const* found = store_.find({resource.group, resource.plural, name});
    return found ? &found->object : nullptr;
}

std::vector<json::value> ModelApi::all(Resource const& resource) const {
    std::vector<json::value> objects;
    for (auto const& [key, stored] : store_.all())
        if (key.group == resource.group && key.plural == resource.plural) objects.push_back(stored.object);
    return objects;
}

void ModelApi::put(Resource const& resource, json::value object, std::string const& manager) {
    ModelRequest request{.verb = "put", .resource = resource, .name = metadata_of(object).name};
    Stored const* before = store_.find(request.key());
    Stored next{complete(std::move(object), request), before ? before->owners : impl::Owners{}};
    json::value none = json::object();
    impl::note_update(before ? before->object : none, next.object, next.owners, manager, now());
    if (store_.keep(request.key(), store_.prepare(request.key(), std::move(next), now()))) wrote();
}

void ModelApi::remove(Resource const& resource, ObjectName const& name) {
    if (store_.remove({resource.group, resource.plural, name})) wrote();
}

void ModelApi::wrote() {
    Written last = *store_.since(store_.version() - 1).back();
    for (Watcher* each : watchers_) each->wake.try_send(error_code{});
    if (on_write) on_write(last);
}

/// To the second, as Kubernetes writes times.
std::string ModelApi::now() const {
    return base::format_time(std::chrono::floor<std::chrono::seconds>(clock_.wall_now()));
}

}  // namespace k8s
