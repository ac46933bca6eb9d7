// What differs between two documents.
#pragma once
#include "base/json.hpp"

namespace base {

/// Where two documents differ; what is not there on one side has no value there.
struct Difference {
    std::string pointer{};  // RFC 6901
    std::optional<json::value> before{};
    std::optional<json::value> after{};
};

/// Objects are compared member by member, lists of one length element by element; anything else as a whole.
/// In the order of the documents, what is only in `after` last.
std::vector<Difference> differences(json::value const& before, json::value const& after);

}  // namespace base
