// Weights in the route objects of a cluster: an Istio VirtualService, a Gateway API HTTPRoute, the selector
// of a Service. Pure: JSON in, JSON patch (RFC 6902) out. Only what belongs to our two backends is touched;
// everything else in these objects is somebody else's.
#pragma once
#include "base/json.hpp"

namespace traffic {

enum class RouteKind { virtual_service, http_route };
BOOST_DESCRIBE_ENUM(RouteKind, virtual_service, http_route)

/// The Services that stand behind the colors, in the namespace of the route.
struct Backends {
    std::string blue{};
    std::string green{};
    std::string namespace_{};
};

/// What a route object says of the two backends. Of what goes to the two; what goes elsewhere does not count.
/// A rule that names only one of them gives it everything. Who is given nothing by any rule gets 0.
struct Shares {
    int blue_at_most = 0;  // the most that any rule gives to it
    int green_at_most = 0;
    std::string dispute{};  // a sentence: rules that say different things; empty: they agree
};

/// Errors: invalid (no rule names both Services: says what is there and what to add).
base::Result<Shares> read_shares(RouteKind kind, base::json::value const& object, Backends const& backends);

/// Sets the share of blue in each rule that names both; the sum of the two stays as it is, so that what goes
/// elsewhere keeps its share. Each change stands behind `test` operations on the Service's name and the old
/// weight, so that it fails rather than hits another rule when somebody edited meanwhile. Empty: nothing
/// differs. Errors: as read_shares.
base::Result<base::json::array> patch_shares(RouteKind kind, base::json::value const& object,
                                             Backends const& backends, int blue_percent);

/// Has the data plane's controller taken the newest generation? Empty: yes, or it does not tell (a
/// VirtualService without a status). Otherwise a sentence: "HTTPRoute web is not accepted by igw: ..."
std::string not_accepted(RouteKind kind, base::json::value const& object);

/// "kind name" for sentences: "VirtualService web".
std::string name_of(RouteKind kind, base::json::value const& object);

}  // namespace traffic
