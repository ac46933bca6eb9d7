// Text from elsewhere on the way to a terminal.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// The text with everything that could move the cursor, colour, hide or reorder shown as an escape instead:
/// control characters (C0, C1, line ends), ANSI sequences, bidirectional and invisible format characters
/// ("\x1b", "\u202e"), and bytes that are not UTF-8.
std::string printable(std::string_view text);
/// The same, keeping line ends.
std::string printable_lines(std::string_view text);

/// Columns that printable text takes, and its beginning that fits into so many; "..." or "…" ends a text that
/// was cut.
std::size_t width(std::string_view text);
std::string cut(std::string_view text, std::size_t columns, bool unicode = true);
/// Broken at spaces into lines of at most so many columns, the second and further ones indented. A longer
/// word stays whole.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns, std::size_t indent);
/// Filled with spaces on the right.
std::string padded(std::string_view text, std::size_t columns);

}  // namespace cli
