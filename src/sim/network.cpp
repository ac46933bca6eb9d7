#include "sim/network.hpp"

#include <algorithm>

namespace sim {

/// Both ends of a connection. It holds tickets, never handlers: a handler owns a coroutine, a coroutine owns
/// a stream, a stream owns this, and a circle would leak.
struct Connection : std::enable_shared_from_this<Connection> {
    struct End {
        Process* process;           // only while alive
        bool alive = true;          // a Stream holds this end
        std::string inbox{};        // arrived, not yet read
        std::size_t in_flight = 0;  // sent to this end, not yet arrived
        bool finished = false;      // the peer's end of file has arrived
        bool reset = false;
        bool mute = false;  // what this end sends is lost
        SteadyTime next_arrival{};
        std::deque<std::function<void(End&)>> on_the_way{};
        Ticket reader{};
        asio::mutable_buffer reader_buffer{};
        Ticket writer{};
        std::string writer_bytes{};  // waits for the window of the other end
    };

    Connection(Network& network_between, Process& from, Process& to)
        : network(network_between),
          world(from.simulation()),
          ends{End{&from}, End{&to}},
          names{from.name(), to.name()} {}

    void read(int side, asio::mutable_buffer into, IoHandler handler) {
        End& end = ends[side];
        end.reader = end.process->park(std::move(handler));
        end.reader_buffer = into;
        serve_reader(side);
    }

    void write(int side, base::GatherList const& from, IoHandler handler) {
        End& end = ends[side];
        end.writer = end.process->park(std::move(handler));
        end.writer_bytes.clear();
        for (asio::const_buffer buffer : from)
            end.writer_bytes.append(static_cast<char const*>(buffer.data()), buffer.size());
        if (end.writer_bytes.size() > 1) {
            auto part = 1 + world.random().below(end.writer_bytes.size());
            end.writer_bytes.resize(world.random().chance_per_mille(700) ? end.writer_bytes.size() : part);
        }
        if (world.random().chance_per_mille(network.faults.cut_per_mille)) {
            reset_later(0);
            reset_later(1);
        }
        if (world.random().chance_per_mille(network.faults.mute_per_mille)) end.mute = true;
        serve_writer(side);
    }

    std::size_t try_write(int side, base::GatherList const& from) {
        End& end = ends[side];
        End& peer = ends[1 - side];
        bool window_is_full = peer.inbox.size() + peer.in_flight >= network.faults.window_bytes;
        if (end.reset || window_is_full || world.random().chance_per_mille(300)) return 0;
        std::string bytes;
        for (asio::const_buffer buffer : from)
            bytes.append(static_cast<char const*>(buffer.data()), buffer.size());
        if (world.random().chance_per_mille(300)) bytes.resize(world.random().below(bytes.size() + 1));
        std::size_t count = bytes.size();
        if (count > 0) send(side, std::move(bytes));
        return count;
    }

    void finish_sending(int side) {
        arrive(1 - side, [](End& to) { to.finished = true; });
    }

    void close(int side) {
        End& end = ends[side];
        if (!end.alive) return;
        end.alive = false;
        if (end.inbox.empty() && !end.reset)
            finish_sending(side);
        else
            reset_later(1 - side);
    }

    void reset_later(int side) {
        world.at(world.now() + delay(), [self = shared_from_this(), side] {
            self->ends[side].reset = true;
            self->serve_reader(side);
            self->serve_writer(side);
        });
    }

    /// Something reaches an end, after everything sent to it before.
    void arrive(int to, std::function<void(End&)> what) {
        if (ends[1 - to].mute) return;
        SteadyTime when = std::max(ends[to].next_arrival, world.now() + delay());
        ends[to].next_arrival = when + 1ns;
        // Events of the world may overtake each other; a queue keeps the order that TCP promises.
        ends[to].on_the_way.push_back(std::move(what));
        world.at(when, [self = shared_from_this(), to] {
            End& end = self->ends[to];
            end.on_the_way.front()(end);
            end.on_the_way.pop_front();
            self->serve_reader(to);
        });
    }

    void serve_reader(int side) {
        End& end = ends[side];
        if (!end.alive || !world.waits(end.reader)) return;
        if (end.reset) return world.complete(end.reader, asio::error::connection_reset);
        if (end.reader_buffer.size() == 0) return world.complete(end.reader, {});
        if (end.inbox.empty()) {
            if (end.finished) world.complete(end.reader, asio::error::eof);
            return;
        }
        std::size_t count = std::min(end.inbox.size(), end.reader_buffer.size());
        if (world.random().chance_per_mille(300)) count = 1 + world.random().below(count);
        asio::buffer_copy(end.reader_buffer, asio::buffer(end.inbox.data(), count));
        end.inbox.erase(0, count);
        world.complete(end.reader, {}, count);
        serve_writer(1 - side);
    }

    void serve_writer(int side) {
        End& end = ends[side];
        End& peer = ends[1 - side];
        if (!end.alive || !world.waits(end.writer)) return;
        if (end.reset) return world.complete(end.writer, asio::error::connection_reset);
        std::size_t count = end.writer_bytes.size();
        if (count > 0 && peer.inbox.size() + peer.in_flight >= network.faults.window_bytes) return;
        send(side, std::exchange(end.writer_bytes, {}));
        world.complete(end.writer, {}, count);
    }

    void send(int side, std::string bytes) {
        std::size_t count = bytes.size();
        ends[1 - side].in_flight += count;
        arrive(1 - side, [bytes = std::move(bytes), count](End& to) {
            to.in_flight -= count;
            if (to.alive) to.inbox += bytes;
        });
    }

    Duration delay() { return world.random().up_to(network.faults.delay); }

    Network& network;
    Simulation& world;
    End ends[2];
    std::string names[2];
};

class SimDriver : public base::StreamDriver {
public:
    SimDriver(std::shared_ptr<Connection> connection, int side)
        : connection_(std::move(connection)), side_(side) {}
    ~SimDriver() override { connection_->close(side_); }
    Executor executor() override { return connection_->ends[side_].process->executor(); }
    void read_some(asio::mutable_buffer into, IoHandler handler) override {
        connection_->read(side_, into, std::move(handler));
    }
    void write_some(base::GatherList const& from, IoHandler handler) override {
        connection_->write(side_, from, std::move(handler));
    }
    std::size_t try_write(base::GatherList const& from) override {
        return connection_->try_write(side_, from);
    }
    void shutdown_send() override { connection_->finish_sending(side_); }
    std::string peer() override { return connection_->names[1 - side_]; }

private:
    std::shared_ptr<Connection> connection_;
    int side_;
};

class SimListener : public base::Listener {
public:
    SimListener(Network& network, Process& process, std::string address)
        : network_(network), process_(process), address_(std::move(address)) {
        network_.listeners_[address_] = this;
    }
    ~SimListener() override { stop(); }
    void stop() {
        auto mine = network_.listeners_.find(address_);
        if (mine != network_.listeners_.end() && mine->second == this) network_.listeners_.erase(mine);
    }
    awaitable<base::Stream> accept() override {
        while (waiting_.empty()) {
            co_await asio::async_initiate<asio::use_awaitable_t<> const, void(error_code, std::size_t)>(
                [this](auto handler) { acceptor_ = process_.park(std::move(handler)); }, use_awaitable);
        }
        base::Stream next = std::move(waiting_.front());
        waiting_.pop_front();
        co_return next;
    }
    void arrived(base::Stream stream) {
        waiting_.push_back(std::move(stream));
        process_.simulation().complete(acceptor_, {});
    }
    Process& process() { return process_; }

private:
    Network& network_;
    Process& process_;
    std::string address_;
    std::deque<base::Stream> waiting_;
    Ticket acceptor_{};
};

class SimDialer : public base::Dialer {
public:
    SimDialer(Network& network, Process& process) : network_(network), process_(process) {}
    awaitable<base::Stream> connect(std::string address) override {
        auto mine = std::make_shared<base::Stream>();
        // Named, and only references captured: g++ 12 copies the captures of a temporary lambda byte by byte.
        auto begin = [this, &address, &mine](auto handler) {
            start(address, mine, process_.park(std::move(handler)));
        };
        co_await asio::async_initiate<asio::use_awaitable_t<> const, void(error_code, std::size_t)>(
            begin, use_awaitable);
        co_return std::move(*mine);
    }

private:
    void start(std::string address, std::shared_ptr<base::Stream> mine, Ticket ticket) {
        auto& world = network_.simulation_;
        world.at(world.now() + network_.delay(), [this, &network = network_, &world, address, mine, ticket] {
            if (!world.waits(ticket)) return;  // cancelled, or the process died and `this` with it
            auto listener = network.listeners_.find(address);
            bool refused = world.random().chance_per_mille(network.faults.refuse_per_mille);
            if (refused || listener == network.listeners_.end())
                return world.complete(ticket, asio::error::connection_refused);
            auto connection = network.make_connection(process_, listener->second->process());
            *mine = base::Stream(std::make_unique<SimDriver>(connection, 0));
            listener->second->arrived(base::Stream(std::make_unique<SimDriver>(connection, 1)));
            world.complete(ticket, {});
        });
    }
    Network& network_;
    Process& process_;
};

std::shared_ptr<Connection> Network::make_connection(Process& from, Process& to) {
    std::erase_if(connections_, [](auto const& connection) { return connection.expired(); });
    auto made = std::make_shared<Connection>(*this, from, to);
    connections_.push_back(made);
    return made;
}

std::unique_ptr<base::Dialer> Network::dialer(Process& process) {
    return std::make_unique<SimDialer>(*this, process);
}

std::unique_ptr<base::Listener> Network::listen(Process& process, std::string address) {
    return std::make_unique<SimListener>(*this, process, std::move(address));
}

void Network::forget(Process& process) {
    for (auto it = listeners_.begin(); it != listeners_.end();)
        it = &it->second->process() == &process ? listeners_.erase(it) : std::next(it);
    bool silently = simulation_.random().chance_per_mille(300);
    for (auto const& weak : connections_)
        if (auto connection = weak.lock())
            for (int side : {0, 1})
                if (auto& end = connection->ends[side]; end.alive && end.process == &process) {
                    end.alive = false;
                    if (!silently) connection->reset_later(1 - side);
                }
}

}  // namespace sim
