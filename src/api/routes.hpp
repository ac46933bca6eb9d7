// The whole interface, a line each.
#pragma once
#include "api/route.hpp"

namespace api {

std::span<Route const> routes();

}  // namespace api
