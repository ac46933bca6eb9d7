#include "feed/topic.hpp"

#include "base/json.hpp"

namespace feed {

namespace {

constexpr std::size_t longest_name = 64;

bool stands_alone(TopicKind kind) {
    return kind == TopicKind::alerts || kind == TopicKind::costs || kind == TopicKind::admin;
}

}  // namespace

base::Result<Topic> parse_topic(std::string_view text) {
    std::size_t slash = std::min(text.find('/'), text.size());
    std::string_view name = text.substr(std::min(slash + 1, text.size()));
    auto kind = base::parse_enum<TopicKind>(std::string(text.substr(0, slash)), "topic");
    if (!kind) return kind.error();
    bool has_name = slash < text.size();
    if (stands_alone(*kind) && has_name)
        return base::invalid(fmt::format("topic {} has no name after it", base::enum_name(*kind)));
    bool plausible = !name.empty() && name.size() <= longest_name &&
                     std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7f'; });
    if (!stands_alone(*kind) && !plausible)
        return base::invalid(
            fmt::format("topic: {}/<{}> is expected", base::enum_name(*kind),
                        *kind == TopicKind::deployment || *kind == TopicKind::log ? "id" : "name"));
    return Topic{*kind, std::string(name)};
}

auth::Permission permission_for(TopicKind kind) {
    switch (kind) {
        case TopicKind::deployment:
        case TopicKind::log:
            return auth::Permission::deployment_read;
        case TopicKind::environment:
        case TopicKind::provider:
        case TopicKind::monitoring:
        case TopicKind::alerts:
        case TopicKind::costs:
            return auth::Permission::environment_read;
        case TopicKind::admin:
            break;
    }
    return auth::Permission::event_read;
}

}  // namespace feed
