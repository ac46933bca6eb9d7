#include "target/cluster.hpp"

#include <charconv>

#include "base/json_at.hpp"
#include "base/json_patch.hpp"

namespace target {

namespace {

namespace json = base::json;

using base::find_at;
using base::is_true_at;
using base::list_at;
using base::number_at;
using base::text_at;

template <class Number>
Number number_in(std::string const& text) {
    Number number{};
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::string annotation(json::value const& object, std::string_view name) {
    return text_at(object, "/metadata/annotations/" + base::pointer_token(name));
}

/// The condition of this type; null: there is none.
json::value const* condition(json::value const& object, std::string_view type) {
    for (json::value const& each : list_at(object, "/status/conditions"))
        if (text_at(each, "/type") == type) return &each;
    return nullptr;
}

std::string say(json::value const& with_reason) {
    std::string const reason = text_at(with_reason, "/reason");
    std::string const message = text_at(with_reason, "/message");
    return message.empty() ? reason : reason.empty() ? message : reason + ": " + message;
}

// -- Pods.

std::string exit_of(json::value const& status) {
    json::value const* ended = find_at(status, "/state/terminated");
    if (!ended) ended = find_at(status, "/lastState/terminated");
    if (!ended) return {};
    std::string const reason = text_at(*ended, "/reason");
    return fmt::format("exit code {}{}", number_at(*ended, "/exitCode").value_or(0),
                       reason.empty() ? "" : " (" + reason + ")");
}

/// What keeps one container from being ready; empty: nothing.
std::string trouble_of(json::value const& status, bool init) {
    std::string const name = text_at(status, "/name");
    bool const has_ended = find_at(status, "/state/terminated");
    bool const is_done = init && has_ended && number_at(status, "/state/terminated/exitCode") == 0;
    if (is_done || (!init && is_true_at(status, "/ready"))) return {};
    if (json::value const* waiting = find_at(status, "/state/waiting")) {
        std::string const ended = exit_of(status);
        return fmt::format("container {} waits ({}){}", name, say(*waiting),
                           ended.empty() ? "" : ", it ended with " + ended);
    }
    if (has_ended) return fmt::format("container {} ended: {}", name, exit_of(status));
    if (init) return fmt::format("init container {} has not ended yet", name);
    return fmt::format("container {} runs and does not pass its readiness probe", name);
}

std::string pod_trouble(json::value const& object) {
    if (json::value const* scheduled = condition(object, "PodScheduled");
        scheduled && text_at(*scheduled, "/status") == "False")
        return "it has no node: " + text_at(*scheduled, "/message");
    for (std::string_view containers : {"/status/initContainerStatuses", "/status/containerStatuses"})
        for (json::value const& status : list_at(object, containers)) {
            bool const init = containers == "/status/initContainerStatuses";
            if (std::string trouble = trouble_of(status, init); !trouble.empty()) return trouble;
        }
    std::string const reason = text_at(object, "/status/reason");
    if (!reason.empty()) return say(object.at("status"));
    // A readiness gate of somebody else, or the kubelet has not spoken yet.
    for (json::value const& each : list_at(object, "/status/conditions"))
        if (text_at(each, "/type") != "Ready" && text_at(each, "/status") == "False" && !say(each).empty())
            return say(each);
    return "it is starting";
}

std::int64_t container_index(json::value const& deployment, std::string const& container) {
    json::array const& containers = list_at(deployment, "/spec/template/spec/containers");
    for (std::size_t i = 0; i < containers.size(); ++i)
        if (text_at(containers[i], "/name") == container) return static_cast<std::int64_t>(i);
    return -1;
}

base::Error no_container(json::value const& deployment, std::string const& container) {
    std::vector<std::string> names;
    for (json::value const& each : list_at(deployment, "/spec/template/spec/containers"))
        names.push_back(text_at(each, "/name"));
    return base::invalid(fmt::format("Deployment {} has no container \"{}\"; it has {}",
                                     text_at(deployment, "/metadata/name"), container,
                                     fmt::join(names, ", ")));
}

// -- Patches.

json::value operation(char const* what, std::string path, json::value value) {
    return json::object{{"op", what}, {"path", std::move(path)}, {"value", std::move(value)}};
}

void test_generation(json::array& patch, json::value const& object) {
    patch.push_back(
        operation("test", "/metadata/generation", number_at(object, "/metadata/generation").value_or(0)));
}

void set_annotation(json::array& patch, std::string_view name, std::string const& value) {
    patch.push_back(
        operation("add", "/metadata/annotations/" + base::pointer_token(name), json::string(value)));
}

}  // namespace

Pod read_pod(json::value const& object) {
    Pod pod{.name = text_at(object, "/metadata/name"),
            .uid = text_at(object, "/metadata/uid"),
            .revision =
                number_in<int>(text_at(object, "/metadata/labels/" + base::pointer_token(mark::revision))),
            .created = text_at(object, "/metadata/creationTimestamp"),
            .phase = text_at(object, "/status/phase"),
            .leaving = find_at(object, "/metadata/deletionTimestamp") != nullptr};
    if (json::value const* ready = condition(object, "Ready"))
        pod.ready = text_at(*ready, "/status") == "True" && !pod.leaving;
    for (json::value const& status : list_at(object, "/status/containerStatuses")) {
        pod.restarts += static_cast<int>(number_at(status, "/restartCount").value_or(0));
        if (pod.last_exit.empty()) pod.last_exit = exit_of(status);
    }
    if (!pod.ready) pod.trouble = pod.leaving ? "it is being deleted" : pod_trouble(object);
    return pod;
}

base::Result<Workload> read_workload(json::value const& deployment, std::string const& container) {
    std::int64_t const index = container_index(deployment, container);
    if (index < 0) return no_container(deployment, container);
    Workload workload{
        .name = text_at(deployment, "/metadata/name"),
        .revision = number_in<int>(annotation(deployment, mark::revision)),
        .version = annotation(deployment, mark::version),
        .image = text_at(deployment, fmt::format("/spec/template/spec/containers/{}/image", index)),
        .replicas = static_cast<int>(number_at(deployment, "/spec/replicas").value_or(1)),
        .generation = number_at(deployment, "/metadata/generation").value_or(0),
        .epoch = epoch_of(deployment)};
    if (json::value const* failure = condition(deployment, "ReplicaFailure");
        failure && text_at(*failure, "/status") == "True")
        workload.shortage = say(*failure);
    workload.paused = is_true_at(deployment, "/spec/paused");
    return workload;
}

void sort(std::vector<Pod>& pods) {
    std::sort(pods.begin(), pods.end(), [](Pod const& a, Pod const& b) {
        return std::tuple(a.leaving, !a.ready, a.created, a.name) <
               std::tuple(b.leaving, !b.ready, b.created, b.name);
    });
}

base::Result<json::array> install(json::value const& deployment, std::string const& container,
                                  Install const& wanted) {
    std::int64_t const index = container_index(deployment, container);
    if (index < 0) return no_container(deployment, container);
    std::string const place = fmt::format("/spec/template/spec/containers/{}", index);
    json::array patch;
    test_generation(patch, deployment);
    patch.push_back(operation("test", place + "/name", json::string(container)));
    set_annotation(patch, mark::revision, std::to_string(wanted.revision));
    set_annotation(patch, mark::version, wanted.version);
    patch.push_back(operation("add", "/spec/template/metadata/labels/" + base::pointer_token(mark::revision),
                              json::string(std::to_string(wanted.revision))));
    patch.push_back(operation("replace", place + "/image", json::string(wanted.image)));
    patch.push_back(operation("add", "/spec/replicas", wanted.replicas));
    return patch;
}

json::array scale(json::value const& deployment, int replicas) {
    json::array patch;
    test_generation(patch, deployment);
    patch.push_back(operation("add", "/spec/replicas", replicas));
    return patch;
}

json::array fenced(json::array patch, json::value const& object, Writer const& writer) {
    json::array whole;
    if (!find_at(object, "/metadata/annotations")) {
        // Somebody may have added some meanwhile: those must not be lost.
        whole.push_back(operation("test", "/metadata/resourceVersion",
                                  json::string(text_at(object, "/metadata/resourceVersion"))));
        whole.push_back(operation("add", "/metadata/annotations", json::object()));
    }
    if (std::string const seen = annotation(object, mark::epoch); !seen.empty())
        whole.push_back(operation("test", "/metadata/annotations/" + base::pointer_token(mark::epoch),
                                  json::string(seen)));
    set_annotation(whole, mark::epoch, std::to_string(writer.epoch));
    set_annotation(whole, mark::written, writer.written);
    for (json::value& each : patch) whole.push_back(std::move(each));
    return whole;
}

std::string written_in(json::value const& object) { return annotation(object, mark::written); }

std::int64_t epoch_of(json::value const& object) {
    return number_in<std::int64_t>(annotation(object, mark::epoch));
}

}  // namespace target
