// "Did you mean": the known word closest to an unknown one.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// The word of `known` with the smallest edit distance to `word`, if it is close enough to be a slip (at most
/// a third of the letters, and at least two); otherwise empty.
std::string_view nearest(std::string_view word, std::span<std::string_view const> known);

/// ` (did you mean "strategy"?)`, or ` (known: a, b, c)` when nothing is near.
std::string suggestion(std::string_view word, std::span<std::string_view const> known);

}  // namespace base
