// What a health check has found, as a table for people.
#pragma once
#include <string>
#include <vector>

#include "model/views.hpp"

namespace cli {

/// The last line is the whole in one sentence. `only`: which color was asked about.
std::vector<std::string> describe(model::HealthView const& health, std::optional<model::Color> only);

}  // namespace cli
