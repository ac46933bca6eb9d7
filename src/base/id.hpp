// Ids of different things are different types.
#pragma once
#include <compare>
#include <string>

namespace base {

template <class Tag>
struct Id {
    std::string value{};
    auto operator<=>(Id const&) const = default;
    bool empty() const { return value.empty(); }
};

}  // namespace base
