// Files that tell other processes how things stand just now. Not synced: after a crash of the machine nobody
// reads them.
#pragma once
#include <string>

namespace cli {

/// Replaces the file as a whole, so that a reader never sees half of it. False when that fails.
bool replace_file(std::string const& path, std::string const& text);

}  // namespace cli
