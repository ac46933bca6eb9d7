// What a scalar means: the core schema of YAML 1.2, where `no` is text and 010 is ten.
// https://yaml.org/spec/1.2.2/#103-core-schema
#pragma once
#include <boost/json.hpp>

#include "config/yaml.hpp"

namespace config {

/// Null, a truth value, a number or text. Infinity and not-a-number stay text: no setting means them.
boost::json::value value_of(std::string_view text);
/// The same of a node; quoted text is text. A list or a mapping gives an empty one.
boost::json::value value_of(Node const& node);

}  // namespace config
