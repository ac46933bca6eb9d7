#include "store/impl/cells.hpp"

namespace store::impl {

void throw_unreadable(std::string_view what, Error const& why) {
    throw base::ErrorException(
        {base::Errc::internal,
         fmt::format("the database holds a value that this program cannot read: {}", why.message),
         std::string(what.substr(0, 500))});
}

}  // namespace store::impl
