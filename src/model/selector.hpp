// Selectors of series, as PromQL writes them: a name, matchers in braces, or both. A selector and no
// expression, because counters are added up here: a sum hides that one of them began again at zero.
// https://prometheus.io/docs/prometheus/latest/querying/basics/#time-series-selectors
#pragma once
#include "base/error.hpp"

namespace model {

/// What {namespace}, {service}, {color} and {deployment} in a selector stand for. All are names of objects or
/// colors, so they need no quoting.
struct SelectorNames {
    std::string namespace_{};
    std::string service{};
    std::string color{};
    std::string deployment{};  // of this color
};
std::string fill_selector(std::string_view selector, SelectorNames const& names);

/// Could it be one, once filled? Errors: invalid (says what to write instead).
base::Result<void> check_selector(std::string_view selector);

}  // namespace model
