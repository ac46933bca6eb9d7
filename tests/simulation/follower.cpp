#include "follower.hpp"

#include <set>

#include "base/json.hpp"

namespace simulation {

namespace {

constexpr Duration patience = 3s;  // for a connection, and for its hands to be shaken
constexpr Duration surely_published =
    2s;  // what was stored so long ago was told before a ping that comes now

std::string upgrade_request(std::string const& host) {
    return "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: " + host +
           "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
}

awaitable<void> write_all(base::Stream& stream, std::string const& bytes) {
    std::string_view rest = bytes;
    while (!rest.empty())
        rest.remove_prefix(co_await stream.async_write_some(asio::buffer(rest), use_awaitable));
}

}  // namespace

/// One connection.
struct Follower::Line {
    base::Stream stream{};
    std::string unread{};
    http::websocket::Reader reader{{.masked = false}};
    std::string outbox{};
    bool writing = false;
    bool joined = false;
    bool over = false;
    Duration silence_limit = patience;  // a server that says nothing for longer is gone
    std::uint64_t next_answer = 0;
    std::map<std::uint64_t, std::vector<std::string>> asked{};  // which answer is about which topics
    std::set<std::string, std::less<>> begun{};                 // topics that were answered
};

Follower::Follower(FollowerSurroundings surroundings, std::uint64_t seed)
    : surroundings_(std::move(surroundings)),
      chance_(seed),
      process_(surroundings_.world, "follower"),
      dialer_(surroundings_.network.dialer(process_)) {}

void Follower::start(std::string token, Duration farthest_behind) {
    farthest_behind_ = farthest_behind;
    token_ = std::move(token);
    began_ = surroundings_.world.now();
    topics_.emplace_back("admin", true);
    asio::co_spawn(process_.executor(), live(), must_not_throw);
}

void Follower::stop() {
    surroundings_.network.forget(process_);
    process_.kill();
}

void Follower::follow(std::string topic) {
    topics_.emplace_back(topic, chance_.chance_per_mille(300));
    if (line_ && line_->joined) subscribe({topic});
}

// -- Connections.

awaitable<void> Follower::live() {
    while (true) {
        std::vector<std::string> hosts = surroundings_.hosts();
        if (!hosts.empty()) {
            std::string host = hosts[chance_.below(hosts.size())];
            auto line = std::make_shared<Line>();
            line_ = line;
            try {
                co_await visit(line, host);
            } catch (system_error const& broken) {
                surroundings_.world.note(broken.what());
            }
            line_.reset();
            line->over = true;
            if (!line->writing) line->stream = {};  // otherwise who writes closes it
            if (line->joined) {
                ++counts_.disconnects;
                surroundings_.tell("the follower has lost " + host);
            }
        }
        Duration pause = 50ms + chance_.up_to(1s);
        co_await process_.clock().sleep_for(pause);
    }
}

awaitable<void> Follower::visit(std::shared_ptr<Line> line, std::string host) {
    co_await base::within(process_.clock(), patience, shake_hands(*line, host));
    Duration stay = chance_.chance_per_mille(300) ? chance_.up_to(1s) : chance_.up_to(10s);
    SteadyTime leaves = process_.clock().now() + stay;
    while (!line->over) {
        SteadyTime now = process_.clock().now();
        bool leaves_now = closes_by_itself_ && now >= leaves;
        if (leaves_now) break;
        SteadyTime until = now + line->silence_limit;
        if (closes_by_itself_) until = std::min(until, leaves);
        std::optional<std::string> packet = co_await receive(*line, until);
        if (!packet) break;
        take_packet(*packet);
    }
    bool politely = line->joined && !line->over && !line->writing && chance_.chance_per_mille(300);
    if (!politely) co_return;
    using http::websocket::masked_frame;
    std::string farewell = masked_frame(http::websocket::Opcode::text, "41", 7) +
                           masked_frame(http::websocket::Opcode::close, "\x03\xe8", 7);
    co_await base::within(process_.clock(), patience, write_all(line->stream, farewell));
}

awaitable<void> Follower::shake_hands(Line& line, std::string host) {
    line.stream = co_await dialer_->connect(host + ":");
    std::string request = upgrade_request(host);
    co_await write_all(line.stream, request);
    std::array<char, 1024> piece;
    while (line.unread.find("\r\n\r\n") == std::string::npos) {
        std::size_t count = co_await line.stream.async_read_some(asio::buffer(piece), use_awaitable);
        line.unread.append(piece.data(), count);
    }
    if (!line.unread.starts_with("HTTP/1.1 101"))
        surroundings_.violation("events: a portal answers " + line.unread.substr(0, line.unread.find('\r')));
    line.unread.erase(0, line.unread.find("\r\n\r\n") + 4);
}

/// A message; nothing when the connection is over, or none came until then.
awaitable<std::optional<std::string>> Follower::receive(Line& line, SteadyTime until) {
    using Kind = http::websocket::Event::Kind;
    while (!line.over) {  // who writes may have found that out, and closed it
        std::string_view rest = line.unread;
        http::websocket::Event event = line.reader.read(rest);
        line.unread.erase(0, line.unread.size() - rest.size());
        if (event.kind == Kind::text) co_return std::move(event.data);
        if (event.kind == Kind::failure) surroundings_.violation("events: " + event.data);
        if (event.kind != Kind::incomplete) co_return std::nullopt;
        std::array<char, 4096> piece;
        Duration limit = std::max<Duration>(until - process_.clock().now(), 0ms);
        std::size_t count = co_await base::within(
            process_.clock(), limit, line.stream.async_read_some(asio::buffer(piece), use_awaitable));
        line.unread.append(piece.data(), count);
    }
    co_return std::nullopt;
}

void Follower::send(std::string const& text) {
    line_->outbox += http::websocket::masked_frame(http::websocket::Opcode::text, text, 7);
    if (std::exchange(line_->writing, true)) return;
    asio::co_spawn(process_.executor(), write_out(line_), must_not_throw);
}

awaitable<void> Follower::write_out(std::shared_ptr<Line> line) {
    try {
        while (!line->outbox.empty() && !line->over) {
            std::string bytes = std::exchange(line->outbox, {});
            co_await write_all(line->stream, bytes);
        }
    } catch (system_error const&) {
        line->over = true;  // the reader sees it, too
    }
    line->writing = false;
    if (line->over) line->stream = {};
}

// -- Packets: Engine.IO's digit, then that of Socket.IO.

void Follower::take_packet(std::string_view packet) {
    if (packet.starts_with("0")) {
        auto open = base::parse_json(packet.substr(1));
        line_->silence_limit = std::chrono::milliseconds(open->at("pingInterval").to_number<int>() +
                                                         open->at("pingTimeout").to_number<int>());
        send("40" + base::to_text(base::json::value(base::json::object{{"token", token_}})));
    } else if (packet.starts_with("2")) {
        if (line_->begun.size() == topics_.size())
            complete_until_ = surroundings_.world.now() - surely_published;
        send("3");
    } else if (packet.starts_with("40")) {
        line_->joined = true;
        std::vector<std::string> all;
        for (Followed const& followed : topics_) all.push_back(followed.topic());
        for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[chance_.below(i)]);
        subscribe(all);
    } else if (packet.starts_with("42")) {
        take_event(packet.substr(2));
    } else if (packet.starts_with("43")) {
        take_answer(packet.substr(2));
    } else if (packet.starts_with("44")) {
        surroundings_.violation("events: the session is refused: " + std::string(packet));
        line_->over = true;
    } else if (packet.starts_with("41") || packet.starts_with("1")) {
        line_->over = true;
    }
}

void Follower::subscribe(std::vector<std::string> const& topics) {
    feed::SubscribeRequest request;
    for (std::string const& topic : topics) {
        line_->begun.erase(topic);
        request.topics.push_back(find(topic)->wish());
    }
    std::uint64_t answer = line_->next_answer++;
    line_->asked[answer] = topics;
    send(fmt::format(R"(42{}["subscribe",{}])", answer, base::to_text(request)));
}

void Follower::take_answer(std::string_view text) {
    std::size_t list = std::min(text.find('['), text.size());
    std::uint64_t number = std::strtoull(std::string(text.substr(0, list)).c_str(), nullptr, 10);
    auto said =
        base::from_text<std::vector<feed::SubscribeAnswer>>(text.substr(list), base::Author::ourselves);
    if (!said || said->size() != 1 || !line_->asked.contains(number))
        return surroundings_.violation("events: not understood: " + std::string(text));
    line_->asked.erase(number);
    for (feed::Accepted const& accepted : said->front().accepted) {
        Followed* followed = find(accepted.topic);
        auto begun =
            followed ? followed->begin(accepted) : base::invalid(accepted.topic + " was not asked for");
        if (!begun) surroundings_.violation("events: " + begun.error().message);
        line_->begun.insert(accepted.topic);
        if (accepted.reset) ++counts_.resets;
    }
    for (feed::Refused const& refused : said->front().refused)
        surroundings_.violation("events: " + refused.topic + " is refused: " + refused.message);
}

void Follower::take_event(std::string_view text) {
    auto parsed = base::parse_json(text);
    bool is_event =
        parsed && parsed->is_array() && parsed->as_array().size() == 2 && parsed->at(0).is_string();
    Envelope event;
    base::Result<void> read = base::invalid("two arguments are expected");
    if (is_event) read = base::read_json(parsed->at(1), event, "", nullptr, base::Author::ourselves);
    if (!read) return surroundings_.violation("events: " + read.error().message + ": " + std::string(text));
    std::string name(parsed->at(0).as_string());
    for (Followed& followed : topics_)
        if (followed.is_for(name, event) && line_->begun.contains(followed.topic())) apply(followed, event);
}

void Follower::apply(Followed& followed, Envelope const& event) {
    switch (followed.take(event)) {
        case Followed::Taken::late:
            return;
        case Followed::Taken::gap:
            surroundings_.violation(
                fmt::format("events: {} has a gap before {}", followed.topic(), event.seq));
            return subscribe({followed.topic()});
        case Followed::Taken::applied:
            break;
    }
    ++counts_.events;
    Duration behind = time_since(event.time);
    if (behind > farthest_behind_ && surroundings_.world.now() - behind > began_)
        surroundings_.violation(fmt::format("events: {} came {} after it had happened", event.seq,
                                            base::format_duration(behind)));
    counts_.longest_behind = std::max(counts_.longest_behind, behind);
}

/// The wall clock may have jumped meanwhile.
Duration Follower::time_since(WallTime then) {
    Duration by_the_clock = process_.clock().wall_now() - then;
    Duration without_the_jump = by_the_clock - surroundings_.world.wall_time_ahead();
    return std::chrono::abs(by_the_clock) < std::chrono::abs(without_the_jump) ? by_the_clock
                                                                               : without_the_jump;
}

base::Result<void> Follower::check(store::Transaction& transaction) {
    WallTime until = process_.clock().wall_now() - (surroundings_.world.now() - complete_until_);
    for (Followed const& followed : topics_) {
        TRY(std::vector<std::string> differences, followed.compare(transaction, until));
        for (std::string const& difference : differences) surroundings_.violation("events: " + difference);
    }
    return {};
}

Followed* Follower::find(std::string_view topic) {
    for (Followed& followed : topics_)
        if (followed.topic() == topic) return &followed;
    return nullptr;
}

}  // namespace simulation
