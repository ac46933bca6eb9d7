// Objects are JSON as the API server has it; these read what every object has.
#pragma once
#include <boost/json.hpp>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/asio.hpp"
#include "k8s/resource.hpp"

namespace k8s {

namespace json = boost::json;

/// Names of members, outermost first.
using Path = std::initializer_list<std::string_view>;

/// An object as it was read; or none. Everybody who looks at it shares it, and nobody changes it any more.
class Object {
public:
    Object() = default;
    Object(json::value read) : value_(std::make_shared<json::value const>(std::move(read))) {}

    explicit operator bool() const { return value_ != nullptr; }
    json::value const& operator*() const { return *value_; }
    json::value const* operator->() const { return value_.get(); }

private:
    std::shared_ptr<json::value const> value_{};
};

/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
struct Metadata {
    ObjectName name{};
    std::string uid{};
    std::string resource_version{};
    std::int64_t generation = 0;
    std::map<std::string, std::string> labels{};
    std::map<std::string, std::string> annotations{};
    std::string deletion_timestamp{};  // set: it is being deleted
};
Metadata metadata_of(json::value const& object);

/// Who set a field, and when that manager last wrote.
struct Manager {
    std::string name{};
    std::string operation{};  // "Apply" or "Update"
    std::string subresource{};
    std::string time{};
    bool operator==(Manager const&) const = default;
};
/// Whose name our own writes carry.
inline constexpr std::string_view own_manager = "pilothouse";

/// Who owns the field at a path of members, such as {"spec", "replicas"}. What lies below an atomic list is
/// owned with the list.
std::vector<Manager> managers_of(json::value const& object, Path path);

enum class Order { older, same, newer, unknown };
/// How `a` stands to `b`, two versions of one resource: as numbers when both are written as one (KEP-5504
/// makes that a promise; every API server on etcd has kept it), otherwise only equality is known.
Order compare_versions(std::string_view a, std::string_view b);

}  // namespace k8s
