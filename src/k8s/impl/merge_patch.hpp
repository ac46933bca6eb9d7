// How the model API server merges.
#pragma once
#include <boost/json.hpp>

namespace k8s::impl {

namespace json = boost::json;

/// RFC 7386.
void apply_merge_patch(json::value& target, json::value const& patch);

}  // namespace k8s::impl
