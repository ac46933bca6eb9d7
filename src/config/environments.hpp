// environments.yaml: read and checked.
#pragma once
#include <map>

#include "config/problem.hpp"
#include "model/environment.hpp"

namespace config {

struct Loaded {
    model::Environments document{};
    std::vector<std::string> warnings{};  // "file:line:column: message"
};

/// `file` is the name in messages. Errors: invalid; the message holds all problems, one a line,
/// "file:line:column: message". Reads YAML 1.2 with the limits of R33.
base::Result<Loaded> load_environments(std::string_view text, std::string const& file);
/// Without the warnings.
base::Result<model::Environments> parse_environments(std::string_view text, std::string const& file);
/// Empty when all is well.
std::vector<Problem> check_environments(std::string_view text, std::string const& file);

/// Null when there is none.
model::Environment const* find(model::Environments const& document, std::string_view name);
/// The error says which name is nearest.
base::Result<model::Environment> get(model::Environments const& document, std::string_view name);

/// In the order of the document; only providers that have environments.
std::map<model::Provider, std::vector<model::Environment const*>> group_by_provider(
    model::Environments const& document);

}  // namespace config
