// Thrown while a request is read: what is wrong with it, for its sender. The connection closes after the
// answer.
#pragma once
#include <string>
#include <string_view>

namespace http::impl {

struct Refusal {
    int status = 400;
    std::string_view code = "bad_request";  // a literal
    std::string detail{};
};

}  // namespace http::impl
