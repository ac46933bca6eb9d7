#include "cli/impl/shot.hpp"

#include <fmt/format.h>

#include <boost/crc.hpp>

namespace cli {

namespace {

bool happens(double percent, base::Random& random) {
    return static_cast<double>(random.below(1'000'000)) < percent * 10'000;
}

/// Any bytes will do, as long as they differ from body to body.
std::string make_body(std::size_t most_bytes, base::Random& random) {
    std::string body(1 + random.below(most_bytes), '\0');
    std::uint64_t bits = random.next();
    for (char& c : body) {
        c = static_cast<char>('a' + (bits & 15U));
        bits = (bits >> 4U) | (bits << 60U);
    }
    return body;
}

std::uint32_t crc32(std::string_view bytes) {
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

/// Why a 2xx answer of our own service is not the one to this request; empty: it is.
std::string what_is_wrong(Shot const& shot, Answer const& answer) {
    if (!answer.request_id.empty() && answer.request_id != std::to_string(shot.id))
        return fmt::format("the answer belongs to request {}", answer.request_id);
    if (shot.target != "/echo" || answer.status != 200 || answer.version.empty()) return "";
    if (answer.body.find(fmt::format("\"length\":{},\"crc32\":{},", shot.body.size(), crc32(shot.body))) !=
        std::string::npos)
        return "";
    return "the service got another body than was sent";
}

}  // namespace

Shot make_shot(std::uint64_t id, DemoTrafficSettings const& settings, base::Random& random) {
    Shot shot{.id = id, .fresh_connection = happens(settings.new_connection_percent, random)};
    if (settings.mix == Mix::plain) return shot;
    if (happens(settings.slow_percent, random)) {
        shot.asked_delay = settings.slow_time;
        shot.target = fmt::format(
            "/slow?ms={}", std::chrono::duration_cast<std::chrono::milliseconds>(settings.slow_time).count());
    } else if (settings.body_bytes > 0 && happens(settings.post_percent, random)) {
        shot.method = "POST";
        shot.target = "/echo";
        shot.body = make_body(settings.body_bytes, random);
    }
    return shot;
}

std::string request_text(Shot const& shot, std::string const& host) {
    std::string text = fmt::format(
        "{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: pilothouse-demo-traffic\r\nX-Request-Id: {}\r\n",
        shot.method, shot.target, host, shot.id);
    if (shot.method == "POST")
        text +=
            fmt::format("Content-Type: application/octet-stream\r\nContent-Length: {}\r\n", shot.body.size());
    if (shot.fresh_connection) text += "Connection: close\r\n";
    text += "\r\n";
    text += shot.body;
    return text;
}

Done judge(Shot const& shot, Answer const& answer, Mix mix) {
    Done done{.id = shot.id, .status = answer.status, .version = answer.version};
    if (answer.status >= 500) {
        bool own = !answer.version.empty() || (mix == Mix::plain && !answer.server.empty());
        done.outcome = own ? Outcome::error : Outcome::lost;
        if (!own) done.why = fmt::format("{} that no version answered: the proxy made it", answer.status);
    } else if (std::string wrong = what_is_wrong(shot, answer); !wrong.empty()) {
        done.outcome = Outcome::lost;
        done.why = wrong;
    }
    return done;
}

}  // namespace cli
