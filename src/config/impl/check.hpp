// The rules for environments that types alone do not say.
#pragma once
#include "config/impl/read.hpp"

namespace config {

/// `document` was read from `root`: its lists have an item for each node.
void check(model::Environments const& document, Node const& root, Report& report);

}  // namespace config
