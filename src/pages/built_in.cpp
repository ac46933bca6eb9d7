// The packed pages stand in the program's read-only data (built_in.S).
#include <cstddef>

#include "pages/pages.hpp"

extern "C" {
extern char const pilothouse_pages_begin[];
extern char const pilothouse_pages_end[];
}

namespace pages {

std::string_view built_in() {
    return {pilothouse_pages_begin, static_cast<std::size_t>(pilothouse_pages_end - pilothouse_pages_begin)};
}

}  // namespace pages
