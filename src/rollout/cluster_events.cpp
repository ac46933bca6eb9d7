#include "rollout/cluster_events.hpp"

#include "base/json_at.hpp"

namespace rollout {

namespace {

namespace json = base::json;
using model::ClusterEvent;
using model::Color;

// What Kubernetes makes names of (k8s.io/apimachinery/pkg/util/rand): a hash is a number whose digits were
// replaced.
constexpr std::string_view letters_of_names = "bcdfghjklmnpqrstvwxz2456789";
constexpr std::string_view letters_of_hashes = "bcdf456789";
constexpr std::size_t pod_suffix_length = 5;

bool is_made_of(std::string_view text, std::string_view letters) {
    return !text.empty() && text.find_first_not_of(letters) == std::string_view::npos;
}

/// "web-green-6bd9f7c5d" and "web-green-6bd9f7c5d-x2x4z" are of the Deployment web-green,
/// "web-green-api-6bd9f7c5d" is not.
bool is_made_by(std::string_view deployment, std::string_view kind, std::string_view name) {
    if (!name.starts_with(deployment)) return false;
    name.remove_prefix(deployment.size());
    if (!name.starts_with('-')) return false;
    name.remove_prefix(1);
    if (kind == "ReplicaSet") return is_made_of(name, letters_of_hashes);
    std::size_t const dash = name.find('-');
    if (kind != "Pod" || dash == std::string_view::npos) return false;
    std::string_view const suffix = name.substr(dash + 1);
    return is_made_of(name.substr(0, dash), letters_of_hashes) && suffix.size() == pod_suffix_length &&
           is_made_of(suffix, letters_of_names);
}

std::optional<WallTime> time_at(json::value const& event, std::string_view pointer) {
    auto const time = base::parse_time(base::text_at(event, pointer));
    return time ? std::optional(*time) : std::nullopt;
}

template <class T>
std::optional<T> either(std::optional<T> first, std::optional<T> second) {
    return first ? first : second;
}

/// Those who report in the older way fill in only what is called deprecated now, the others only the rest.
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
/// Nothing: it does not say when it was.
std::optional<ClusterEvent> read_event(json::value const& event) {
    auto const first =
        either(either(time_at(event, "/eventTime"), time_at(event, "/deprecatedFirstTimestamp")),
               time_at(event, "/metadata/creationTimestamp"));
    if (!first) return {};
    auto const last =
        either(time_at(event, "/series/lastObservedTime"), time_at(event, "/deprecatedLastTimestamp"));
    auto const count =
        either(base::number_at(event, "/series/count"), base::number_at(event, "/deprecatedCount"));
    return ClusterEvent{.object = fmt::format("{} {}", base::text_at(event, "/regarding/kind"),
                                              base::text_at(event, "/regarding/name")),
                        .type = base::text_at(event, "/type") == "Warning" ? model::ClusterEventType::warning
                                                                           : model::ClusterEventType::normal,
                        .reason = base::text_at(event, "/reason"),
                        .text = base::text_at(event, "/note"),
                        .count = std::max<std::int64_t>(1, count.value_or(1)),
                        .first_at = *first,
                        .last_at = last.value_or(*first)};
}

struct Place {
    std::string component{};
    std::optional<Color> color{};
};

std::optional<Place> place_of(json::value const& event, std::string const& object,
                              std::vector<ComponentObjects> const& components) {
    for (ComponentObjects const& of : components)
        if (auto known = of.objects.find(object); known != of.objects.end())
            return Place{of.component, known->second};
    std::string const kind = base::text_at(event, "/regarding/kind");
    std::string const name = base::text_at(event, "/regarding/name");
    for (ComponentObjects const& of : components)
        for (auto const& [color, deployment] : of.deployments)
            if (is_made_by(deployment, kind, name)) return Place{of.component, color};
    return {};
}

}  // namespace

std::vector<ClusterEvent> events_of(std::vector<ComponentObjects> const& components,
                                    std::vector<json::value> const& events) {
    std::vector<ClusterEvent> found;
    for (json::value const& each : events) {
        std::optional<ClusterEvent> event = read_event(each);
        if (!event) continue;
        auto place = place_of(each, event->object, components);
        if (!place) continue;
        event->component = std::move(place->component);
        event->color = place->color;
        found.push_back(std::move(*event));
    }
    std::sort(found.begin(), found.end(), [](ClusterEvent const& a, ClusterEvent const& b) {
        return std::tie(b.last_at, a.object, a.reason, a.text) <
               std::tie(a.last_at, b.object, b.reason, b.text);
    });
    return found;
}

}  // namespace rollout
