// One request of the demo's traffic: what is sent, and what its answer must look like. Pure.
#pragma once
#include <cstdint>
#include <string>

#include "base/random.hpp"
#include "cli/demo_traffic.hpp"
#include "cli/impl/answer_reader.hpp"
#include "cli/ledger.hpp"

namespace cli {

struct Shot {
    std::uint64_t id = 0;
    std::string method = "GET";
    std::string target = "/";
    std::string body{};
    bool fresh_connection = false;
    Duration asked_delay{};  // of a slow answer: no latency
};

Shot make_shot(std::uint64_t id, DemoTrafficSettings const& settings, base::Random& random);
/// The bytes on the wire.
std::string request_text(Shot const& shot, std::string const& host);
/// What a complete answer is worth.
Done judge(Shot const& shot, Answer const& answer, Mix mix);

}  // namespace cli
