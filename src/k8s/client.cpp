#include "k8s/client.hpp"

#include <fmt/format.h>

#include <set>

#include "base/json.hpp"
#include "base/json_at.hpp"
#include "k8s/impl/transport.hpp"

namespace k8s {

namespace {

using impl::Ask;
using impl::Transport;

constexpr int page_size = 500;
constexpr int most_beginnings = 3;  // of a list that grows too old while it is read
constexpr Duration discovery_lasts = 5min;
constexpr std::size_t longest_event = 8 * 1024 * 1024;

class Query {
public:
    Query& add(std::string_view name, std::string_view value) {
        if (!value.empty()) text_ += fmt::format("{}{}={}", text_.empty() ? '?' : '&', name, escape(value));
        return *this;
    }
    Query& add(Selection const& selection) {
        return add("labelSelector", selection.labels).add("fieldSelector", selection.fields);
    }
    Query& add(Write const& write) {
        return add("fieldManager", write.manager).add("dryRun", write.dry_run ? "All" : "");
    }
    std::string const& text() const { return text_; }

private:
    std::string text_;
};

std::string path_of(Resource const& resource, ObjectName const& name) {
    return resource.path(name.namespace_) + "/" + escape(name.name);
}

Ask read(std::string verb, std::string what, std::string target, Call const& call) {
    return {.verb = std::move(verb), .what = std::move(what), .target = std::move(target), .call = call};
}

/// A request that changes something, unless it is a dry run.
Ask change(std::string verb, std::string method, Resource const& resource, ObjectName const& name,
           Write const& write) {
    return {.verb = std::move(verb),
            .what = say(resource, name),
            .method = std::move(method),
            .has_effect = !write.dry_run,
            .call = write.call};
}

Result<json::value> parse(Asked const& asked, std::string const& body) {
    auto parsed = base::parse_json(body);
    if (parsed) return std::move(*parsed);
    Failure failure;
    failure.code = base::Errc::unavailable;
    failure.message = fmt::format("the cluster {} answers what is not understood to: {} {}: {}",
                                  asked.cluster, asked.verb, asked.what, parsed.error().message);
    return failure;
}

awaitable<Result<json::value>> ask_for_json(std::shared_ptr<Transport> transport, Ask ask) {
    CO_TRY(http::Response response, co_await transport->perform(ask));
    co_return parse(transport->asked(ask), response.body);
}

/// Cuts a watch's answer into its events: JSON objects, each on its line.
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
class EventReader {
public:
    EventReader(Asked asked, std::function<void(WatchEvent)> take)
        : asked_(std::move(asked)), take_(std::move(take)) {}

    /// False after a failure.
    bool put(std::string_view part) {
        if (!std::exchange(opened_, true)) take_({});
        unread_ += part;
        std::size_t begin = 0;
        for (std::size_t end; !failure_ && (end = unread_.find('\n', begin)) != unread_.npos; begin = end + 1)
            read(std::string_view(unread_).substr(begin, end - begin));
        unread_.erase(0, begin);
        if (unread_.size() > longest_event) fail("an event is larger than 8 MiB");
        return !failure_;
    }
    std::optional<Failure> const& failure() const { return failure_; }

private:
    using Kind = WatchEvent::Kind;

    void read(std::string_view line) {
        auto event = base::parse_json(line);
        if (!event) return fail(event.error().message);
        std::string type = base::text_at(*event, "/type");
        json::value const* object = base::find_at(*event, "/object");
        if (!object) return fail("an event has no object");
        if (type == "ERROR") {
            failure_ = failure_of_status(asked_, json::serialize(*object));
        } else if (auto kind = kind_of(type)) {
            take_({*kind, *object});
        }
    }
    static std::optional<Kind> kind_of(std::string_view type) {
        if (type == "ADDED") return Kind::added;
        if (type == "MODIFIED") return Kind::modified;
        if (type == "DELETED") return Kind::removed;
        if (type == "BOOKMARK") return Kind::bookmark;
        return {};
    }
    void fail(std::string_view why) {
        failure_ = no_answer(asked_, base::unavailable(fmt::format("its events are not understood: {}", why)),
                             false);
    }

    Asked asked_;
    std::function<void(WatchEvent)> take_;
    std::string unread_{};
    bool opened_ = false;
    std::optional<Failure> failure_{};
};

}  // namespace

std::uint64_t Counts::total() const {
    std::uint64_t sum = 0;
    for (auto const& [verb, count] : requests) sum += count;
    return sum;
}

/// What a group's version was found to have.
struct Known {
    std::set<std::string> kinds{};
    SteadyTime read_at{};
};

struct Client::Impl {
    std::shared_ptr<Transport> transport;
    std::map<std::string, Known> groups{};  // by path
};

base::Result<Client> Client::make(Surroundings surroundings, Cluster cluster,
                                  std::shared_ptr<Credential> credential, Limits limits) {
    TRY(auto transport, Transport::make(surroundings, std::move(cluster), std::move(credential), limits));
    return Client(std::make_shared<Impl>(std::move(transport)));
}

Cluster const& Client::cluster() const { return impl_->transport->cluster; }
Surroundings const& Client::surroundings() const { return impl_->transport->surroundings; }
Counts const& Client::counts() const { return impl_->transport->counts; }
bool Client::is_reachable() const { return !impl_->transport->breaker.is_open(); }

awaitable<Result<json::value>> Client::get(Resource resource, ObjectName name, Call call) const {
    Ask ask = read("get", say(resource, name), path_of(resource, name), call);
    return ask_for_json(impl_->transport, std::move(ask));
}

namespace {

struct Page {
    json::array items{};
    std::string resource_version{};
    std::string next{};  // empty: this was the last
};

awaitable<Result<Page>> get_page(std::shared_ptr<Transport> transport, Ask ask) {
    CO_TRY(json::value body, co_await ask_for_json(std::move(transport), std::move(ask)));
    Page page{.resource_version = base::text_at(body, "/metadata/resourceVersion"),
              .next = base::text_at(body, "/metadata/continue")};
    json::object* object = body.if_object();
    json::value* items = object ? object->if_contains("items") : nullptr;
    if (items && items->is_array()) page.items = std::move(items->get_array());
    co_return page;
}

/// Pages of one list show one moment: all have the same resource version.
awaitable<Result<List>> list_once(std::shared_ptr<Transport> transport, Resource resource,
                                  Selection selection, Call call) {
    List list;
    std::string next;
    do {
        Query query;
        query.add(selection).add("limit", std::to_string(page_size)).add("continue", next);
        std::string what = say(resource, {selection.namespace_, {}});
        Ask ask = read("list", what, resource.path(selection.namespace_) + query.text(), call);
        CO_TRY(Page page, co_await get_page(transport, std::move(ask)));
        for (json::value& item : page.items) list.items.push_back(std::move(item));
        list.resource_version = page.resource_version;
        next = page.next;
    } while (!next.empty());
    co_return list;
}

}  // namespace

awaitable<Result<List>> Client::list(Resource resource, Selection selection, Call call) const {
    std::shared_ptr<Impl> impl = impl_;
    for (int beginning = 1;; ++beginning) {
        auto got = co_await list_once(impl->transport, resource, selection, call);
        bool too_old = !got && got.error().reason == Reason::expired;
        if (!too_old || beginning == most_beginnings) co_return got;
    }
}

awaitable<Result<json::value>> Client::create(Resource resource, json::value object, Write write) const {
    ObjectName name = metadata_of(object).name;
    Ask ask = change("create", "POST", resource, name, write);
    ask.target = resource.path(name.namespace_) + Query().add(write).text();
    ask.content_type = "application/json";
    ask.body = json::serialize(object);
    return ask_for_json(impl_->transport, std::move(ask));
}

namespace {

awaitable<Result<json::value>> patch(std::shared_ptr<Transport> transport, Resource const& resource,
                                     ObjectName const& name, std::string_view type, std::string body,
                                     Write const& write) {
    bool is_apply = type == "application/apply-patch+yaml";
    Ask ask = change(is_apply ? "apply" : "patch", "PATCH", resource, name, write);
    Query query;
    query.add(write).add("force", is_apply && write.force ? "true" : "");
    ask.target = path_of(resource, name) + query.text();
    ask.content_type = std::string(type);
    ask.body = std::move(body);
    return ask_for_json(std::move(transport), std::move(ask));
}

}  // namespace

/// https://kubernetes.io/docs/reference/using-api/server-side-apply/ (every JSON text is YAML)
awaitable<Result<json::value>> Client::apply(Resource resource, json::value object, Write write) const {
    json::object* fields = object.if_object();
    if (fields && !fields->contains("apiVersion")) {
        (*fields)["apiVersion"] = resource.api_version();
        (*fields)["kind"] = resource.kind;
    }
    ObjectName name = metadata_of(object).name;
    return patch(impl_->transport, resource, name, "application/apply-patch+yaml", json::serialize(object),
                 write);
}

awaitable<Result<json::value>> Client::patch_json(Resource resource, ObjectName name, json::array operations,
                                                  Write write) const {
    return patch(impl_->transport, resource, name, "application/json-patch+json", json::serialize(operations),
                 write);
}

awaitable<Result<json::value>> Client::merge_patch(Resource resource, ObjectName name, json::value merge,
                                                   Write write) const {
    return patch(impl_->transport, resource, name, "application/merge-patch+json", json::serialize(merge),
                 write);
}

namespace {

awaitable<Result<void>> only_do(std::shared_ptr<Transport> transport, Ask ask) {
    auto got = co_await transport->perform(ask);
    if (!got) co_return got.error();
    co_return Result<void>();
}

}  // namespace

/// All options stand in the body: beside a body the API server overlooks those of the query, dryRun as well.
awaitable<Result<void>> Client::remove(Resource resource, ObjectName name, Removal removal) const {
    Write write{.dry_run = removal.dry_run, .call = removal.call};
    Ask ask = change("delete", "DELETE", resource, name, write);
    ask.target = path_of(resource, name);
    json::object options{{"apiVersion", "v1"},
                         {"kind", "DeleteOptions"},
                         {"propagationPolicy", base::enum_name(removal.propagation)}};
    if (removal.dry_run) options["dryRun"] = json::array{"All"};
    if (!removal.uid.empty()) options["preconditions"] = json::object{{"uid", removal.uid}};
    ask.content_type = "application/json";
    ask.body = json::serialize(options);
    return only_do(impl_->transport, std::move(ask));
}

/// https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.31/#-strong-proxy-operations-pod-v1-core-strong-
awaitable<Result<http::Response>> Client::forward(PodPort to, http::Request request, Call call) const {
    std::shared_ptr<Impl> impl = impl_;
    Ask ask{.verb = request.method == "GET" ? "get" : "create",
            .what = say(pod_proxies, to.pod),
            .method = request.method,
            .target = fmt::format("{}/{}:{}/proxy{}", pods.path(to.pod.namespace_), escape(to.pod.name),
                                  to.port, request.raw_target),
            .content_type = request.body.empty() ? "" : "application/json",
            .body = std::move(request.body),
            .is_forwarded = true,
            .call = call};
    co_return co_await impl->transport->perform(ask);
}

awaitable<Result<Permission>> Client::can_i(Action action, Call call) const {
    std::shared_ptr<Impl> impl = impl_;
    json::object attributes{{"verb", action.verb},
                            {"group", action.resource.group},
                            {"version", action.resource.version},
                            {"resource", action.resource.plural},
                            {"subresource", action.subresource},
                            {"namespace", action.name.namespace_},
                            {"name", action.name.name}};
    json::object review{{"apiVersion", "authorization.k8s.io/v1"},
                        {"kind", "SelfSubjectAccessReview"},
                        {"spec", json::object{{"resourceAttributes", std::move(attributes)}}}};
    Ask ask =
        read("review", fmt::format("the right to {} {}", action.verb, say(action.resource, action.name)),
             "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", call);
    ask.method = "POST";
    ask.content_type = "application/json";
    ask.body = json::serialize(review);
    CO_TRY(json::value answer, co_await ask_for_json(impl->transport, std::move(ask)));
    json::value const* allowed = base::find_at(answer, "/status/allowed");
    co_return Permission{allowed && allowed->is_bool() && allowed->get_bool(),
                         base::text_at(answer, "/status/reason")};
}

namespace {

std::vector<std::string> words_at(json::value const& object, std::string_view pointer) {
    std::vector<std::string> words;
    for (json::value const& each : base::list_at(object, pointer))
        if (each.is_string()) words.emplace_back(each.get_string());
    return words;
}

bool includes(std::vector<std::string> const& words, std::string const& wanted) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string const& word) { return word == "*" || word == wanted; });
}

}  // namespace

bool Rule::allows(Action const& action) const {
    std::string const& subresource = action.subresource;
    std::string const resource = action.resource.plural + (subresource.empty() ? "" : "/" + subresource);
    bool const is_named =
        names.empty() || std::find(names.begin(), names.end(), action.name.name) != names.end();
    return is_named && includes(verbs, action.verb) && includes(groups, action.resource.group) &&
           includes(resources, resource);
}

awaitable<Result<std::vector<Rule>>> Client::my_rules(std::string in_namespace, Call call) const {
    std::shared_ptr<Impl> impl = impl_;
    json::object review{{"apiVersion", "authorization.k8s.io/v1"},
                        {"kind", "SelfSubjectRulesReview"},
                        {"spec", json::object{{"namespace", in_namespace}}}};
    Ask ask = read("review", "our rights in " + in_namespace,
                   "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", call);
    ask.method = "POST";
    ask.content_type = "application/json";
    ask.body = json::serialize(review);
    CO_TRY(json::value answer, co_await ask_for_json(impl->transport, std::move(ask)));
    std::vector<Rule> rules;
    for (json::value const& each : base::list_at(answer, "/status/resourceRules"))
        rules.push_back({words_at(each, "/apiGroups"), words_at(each, "/resources"),
                         words_at(each, "/resourceNames"), words_at(each, "/verbs")});
    co_return rules;
}

/// As a table for people, whose cells tell the type and how many entries there are.
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
awaitable<Result<std::string>> Client::secret_type(ObjectName name, Call call) const {
    std::shared_ptr<Impl> impl = impl_;
    std::string target = path_of(secrets, name) + Query().add("includeObject", "None").text();
    Ask ask = read("get", say(secrets, name), std::move(target), call);
    ask.accept = "application/json;as=Table;g=meta.k8s.io;v=v1";
    CO_TRY(json::value table, co_await ask_for_json(impl->transport, std::move(ask)));
    json::array const& columns = base::list_at(table, "/columnDefinitions");
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (base::text_at(columns[i], "/name") == "Type")
            co_return base::text_at(table, fmt::format("/rows/0/cells/{}", i));
    co_return std::string();
}

awaitable<Result<std::string>> Client::version(Call call) const {
    std::shared_ptr<Impl> impl = impl_;
    Ask ask = read("get", "its version", "/version", call);
    CO_TRY(json::value answer, co_await ask_for_json(impl->transport, std::move(ask)));
    co_return base::text_at(answer, "/gitVersion");
}

awaitable<Result<bool>> Client::knows(Resource resource, Call call) const {
    std::shared_ptr<Impl> impl = impl_;
    std::string path = resource.group_path();
    SteadyTime now = impl->transport->surroundings.clock.now();
    auto known = impl->groups.find(path);
    if (known != impl->groups.end() && now - known->second.read_at < discovery_lasts)
        co_return known->second.kinds.contains(resource.kind);
    Ask ask = read("discover", resource.api_version(), path, call);
    auto answer = co_await ask_for_json(impl->transport, std::move(ask));
    if (!answer && answer.error().reason != Reason::not_found) co_return answer.error();
    Known found{.read_at = now};
    json::value const* list = answer ? base::find_at(*answer, "/resources") : nullptr;
    if (list && list->is_array())
        for (json::value const& each : list->get_array()) found.kinds.insert(base::text_at(each, "/kind"));
    bool has_it = found.kinds.contains(resource.kind);
    impl->groups[path] = std::move(found);
    co_return has_it;
}

awaitable<Result<void>> Client::watch(Resource resource, Selection selection, WatchOptions options,
                                      std::function<void(WatchEvent)> take) const {
    std::shared_ptr<Impl> impl = impl_;
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(options.length).count();
    Query query;
    query.add("watch", "1").add("allowWatchBookmarks", "true").add(selection);
    query.add("resourceVersion", options.resource_version).add("timeoutSeconds", std::to_string(seconds));
    std::string what = say(resource, {selection.namespace_, {}});
    Ask ask = read("watch", what, resource.path(selection.namespace_) + query.text(), Call{});
    EventReader reader(impl->transport->asked(ask), std::move(take));
    auto put = [&reader](std::string_view part) { return reader.put(part); };
    ask.streaming = impl::Streaming{options.longest_silence, put};
    auto ended = co_await impl->transport->perform(ask);
    if (reader.failure()) co_return *reader.failure();
    if (!ended) co_return ended.error();
    co_return Result<void>();
}

}  // namespace k8s
