// A component as a health check sees it: closer than a rollout has to look.
#pragma once
#include <set>

#include "metric/node.hpp"
#include "rollout/observation.hpp"

namespace rollout {

struct InspectedReplica {
    std::string name{};
    bool ready = false;
    std::string trouble{};   // why it is not ready, and its name: "web-r2-0 is starting"
    bool runs = false;       // so that it can be asked something
    std::uint16_t port = 0;  // of a process
};

/// Who is handed requests.
struct Endpoints {
    std::string holder{};           // "HAProxy", "Service web-blue"
    std::set<std::string> names{};  // replicas
    std::string not_looked_at{};    // a sentence: they could not be read; the rest means nothing
    std::string not_wanted{};       // a sentence: they are another color's; the rest means nothing
};

struct InspectedColor {
    model::Color color{};
    std::string version{};
    std::string missing{};   // a sentence: what its replicas would run on is not there
    int wanted = 0;          // replicas
    std::string shortage{};  // why there are fewer
    std::vector<InspectedReplica> replicas{};
    Endpoints endpoints{};
    int share_percent = 0;  // of the traffic
};

struct Inspection {
    std::vector<InspectedColor> colors{};  // which there are; blue first
    std::string data_plane{};              // "HAProxy", "VirtualService web"
    std::string problem{};                 // a sentence: why it does not do what it is told
};

/// What came of asking a replica. Each of the three ends is set, or not.
struct NodeAnswer {
    std::string not_asked{};  // a sentence: the way to it is barred, and nothing is known of it
    std::string silence{};    // a clause: it was asked, and does not answer
    int status = 0;           // of HTTP
    std::string body{};
    Duration took{};
};

}  // namespace rollout
