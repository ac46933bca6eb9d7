// One good example of each body, for the documents.
#pragma once
#include "base/json.hpp"

namespace api {

/// By the shape's name: "DeployRequest". Null: there is none.
base::json::value example_of(std::string_view shape);

}  // namespace api
