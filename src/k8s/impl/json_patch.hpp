// Changes to JSON values, as the model API server makes them.
#pragma once
#include <boost/json.hpp>

#include "base/error.hpp"

namespace k8s::impl {

namespace json = boost::json;

/// RFC 6902: add, remove, replace, test. Errors: conflict (a test failed, or a path is not there), invalid
/// (no such operation).
base::Result<json::value> apply_json_patch(json::value target, json::value const& operations);

/// RFC 7386.
void apply_merge_patch(json::value& target, json::value const& patch);

}  // namespace k8s::impl
