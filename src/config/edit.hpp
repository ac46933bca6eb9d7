// Edits of environments.yaml that keep every other byte: comments, order, quotes, line ends.
#pragma once
#include <optional>
#include <string>

#include "base/error.hpp"

namespace config {

/// Enables or disables an environment, or one component of it. The same text when it is so already. An absent
/// `enabled` is inserted after `name`, in the style of its surroundings. Errors: invalid (the text is not a
/// valid document; all problems), not_found (naming the nearest), conflict (an alias or a merge key is in the
/// way: the edit would change other places, too; the message names the line).
base::Result<std::string> set_enabled(std::string const& text, std::string const& environment,
                                      std::optional<std::string> component, bool enabled);

}  // namespace config
