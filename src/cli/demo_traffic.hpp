// Requests by schedule, as clients would send them, with a ledger of what became of each: the proof that none
// was lost.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "cli/ledger.hpp"
#include "cli/terminal.hpp"

namespace cli {

/// `demo`: GET, POST /echo with bodies and slow answers, for demo-service. `plain`: GET / only, for any HTTP
/// service.
enum class Mix { demo, plain };

struct DemoTrafficSettings {
    std::string to = "127.0.0.1:8080";
    double rate = 200;    // requests a second
    Duration duration{};  // zero: until it is told to stop
    Mix mix = Mix::demo;
    double new_connection_percent = 20;  // the others use keep-alive connections
    double post_percent = 20;
    std::size_t body_bytes = 8 * 1024;  // at most
    double slow_percent = 1;
    Duration slow_time = 2s;
    std::size_t idle_connections = 16;  // kept alive between requests
    std::size_t most_open = 5000;       // requests; beyond it none is sent, which is counted
    Duration answer_limit = 30s;        // later is lost
    Duration finish_limit = 10s;        // for open requests, once no more are sent
    std::string ledger{};               // file; empty: none
    std::string status{};               // file that is rewritten each second; empty: none
    bool json = false;                  // print a summary object at the end instead of lines
    std::uint64_t seed = 1;
};

class Connection;
class Tally;

/// Open loop: requests leave when they are due, however long answers take, and the time of an answer counts
/// from when its request was due. Nothing is sent twice. One thread.
class DemoTraffic {
public:
    DemoTraffic(Executor executor, base::Clock& clock, DemoTrafficSettings settings);
    ~DemoTraffic();
    /// Sends until the duration is over or `stop`, waits for what is open (within `finish_limit`; what is
    /// then still open is lost) and returns. Errors: unavailable (no such host, ledger not writable), invalid
    /// (address).
    awaitable<base::Result<void>> run();
    void stop() { stopping_ = true; }
    Tally const& tally() const { return *tally_; }
    /// Called once a second while it runs.
    std::function<void()> every_second = [] {};

private:
    awaitable<base::Result<void>> find_address();
    awaitable<void> send_by_schedule();
    awaitable<void> watch();
    awaitable<void> finish();
    void fire(SteadyTime due);
    awaitable<void> exchange(std::uint64_t id, SteadyTime due);
    awaitable<Done> attempt(struct Shot const& shot);
    std::unique_ptr<Connection> take_idle(std::uint64_t id);
    void keep(std::unique_ptr<Connection> connection);
    void write_ledger();

    Executor executor_;
    base::Clock& clock_;
    DemoTrafficSettings settings_;
    base::Random random_;
    asio::ip::tcp::endpoint address_{};
    std::unique_ptr<Tally> tally_;
    std::unique_ptr<LedgerWriter> ledger_;
    std::optional<base::Error> ledger_failed_{};
    std::deque<std::unique_ptr<Connection>> idle_{};
    std::set<Connection*> busy_{};
    std::uint64_t last_id_ = 0;
    std::size_t open_ = 0;
    bool stopping_ = false;
};

/// Runs until its end or SIGTERM, SIGINT. A line a second on a terminal, every 5 s elsewhere. The exit code:
/// 1 when a request was lost or nothing could be sent.
int run_demo_traffic(DemoTrafficSettings const& settings, Terminal& terminal);

/// Shows the line that another process keeps in its status file, until SIGINT.
int show_demo_traffic(std::string const& status_file, Terminal& terminal);

/// Adds a ledger up and, with a folder of counts, reconciles it with them. The exit code: 1 when a request
/// was lost or something does not add up.
int check_ledger(std::string const& ledger, std::string const& counts_folder, bool json, Terminal& terminal);

}  // namespace cli
