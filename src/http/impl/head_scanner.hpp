// Looks at the bytes of a head as they come, stricter than a parser that wants to be kind (R39): what two
// programs could understand in two ways is refused.
#pragma once
#include <optional>
#include <string_view>

#include "http/server.hpp"

namespace http::impl {

class HeadScanner {
public:
    explicit HeadScanner(ServerLimits const& limits) : limits_(limits) {}

    /// The head's size with its empty line, once it is complete. `bytes` begins with the request and only
    /// grows from call to call. Throws Refusal: a bare line feed, a folded line, what cannot be HTTP, too
    /// large.
    std::optional<std::size_t> scan(std::string_view bytes);

    bool is_fresh() const { return seen_ == 0; }

private:
    void check_line(std::string_view bytes, std::size_t end) const;
    void check_size(std::string_view bytes, std::size_t size) const;

    ServerLimits const& limits_;
    std::size_t line_ = 0;  // where the current line begins
    std::size_t seen_ = 0;
};

}  // namespace http::impl
