// Amounts as Kubernetes writes them: "500m", "1.5Gi", "2e3". Pure.
#pragma once
#include <boost/multiprecision/cpp_int.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace rollout {

/// In billionths, which is the finest that Kubernetes knows; so it is exact, however large.
using Quantity = boost::multiprecision::cpp_int;

/// What is finer than a billionth is rounded up. Errors: invalid.
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
base::Result<Quantity> parse_quantity(std::string_view text);

/// Of a resource ("requests.memory"): bytes in the largest of Ki, Mi, Gi, ... that fits without a fraction;
/// all else in whole ones or thousandths, rounded up.
std::string say_quantity(Quantity const& quantity, std::string_view resource);

}  // namespace rollout
