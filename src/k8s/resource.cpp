#include "k8s/resource.hpp"

#include <fmt/format.h>

namespace k8s {

std::string Resource::api_version() const { return group.empty() ? version : group + "/" + version; }

std::string Resource::full_name() const { return group.empty() ? plural : plural + "." + group; }

std::string Resource::group_path() const {
    return group.empty() ? "/api/" + version : "/apis/" + escape(group) + "/" + version;
}

std::string Resource::path(std::string const& in_namespace) const {
    if (!namespaced || in_namespace.empty()) return group_path() + "/" + escape(plural);
    return fmt::format("{}/namespaces/{}/{}", group_path(), escape(in_namespace), escape(plural));
}

std::string say(Resource const& resource, ObjectName const& name) {
    std::string text = resource.full_name();
    if (!name.name.empty()) text += " " + name.name;
    if (!name.namespace_.empty()) text += " in " + name.namespace_;
    return text;
}

std::string escape(std::string_view text) {
    std::string escaped;
    for (char c : text) {
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     std::string_view("-._~").find(c) != std::string_view::npos;
        if (plain)
            escaped += c;
        else
            escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return escaped;
}

}  // namespace k8s
