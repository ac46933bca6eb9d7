// Who set which field, as the model API server keeps it: a simple server-side apply in which every list is
// atomic.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "k8s/object.hpp"

namespace k8s::impl {

using FieldPath = std::vector<std::string>;

struct Owner {
    std::set<FieldPath> fields{};
    std::string time{};
};

struct OwnerName {
    std::string manager{};
    std::string operation{};  // "Apply" or "Update"
    auto operator<=>(OwnerName const&) const = default;
};

using Owners = std::map<OwnerName, Owner>;

/// The scalars, lists and empty maps that somebody can own: not the status, nor of the metadata anything but
/// labels and annotations.
std::map<FieldPath, json::value> leaves_of(json::value const& object);

struct Clash {
    std::string manager{};
    FieldPath field{};
};
/// What stands in the way of `manager` applying `wanted`: fields of others with another value.
std::vector<Clash> clashes(json::value const& now, Owners const& owners, std::string const& manager,
                           json::value const& wanted);

/// `now` with what is wanted, and without what `manager` applied earlier and wants no more, unless another
/// has it too. Others lose the fields whose value changes.
json::value apply(json::value now, Owners& owners, std::string const& manager, json::value const& wanted,
                  std::string const& time);

/// `manager` has changed the object in some other way.
void note_update(json::value const& before, json::value const& after, Owners& owners,
                 std::string const& manager, std::string const& time);

/// metadata.managedFields
json::array managed_fields(Owners const& owners, std::string const& api_version);

/// ".spec.replicas"
std::string say(FieldPath const& path);

}  // namespace k8s::impl
