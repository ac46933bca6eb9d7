// The ledger of requests: a file in which the traffic program writes every request before it sends it, and
// its outcome after. It is read again to prove that none was lost.
//
// One line for each fact, fields parted by one space; `-` where there is nothing to say:
//
//     sent 17 GET /slow?ms=2000 keep-alive 2026-11-24T01:39:46.123Z
//     done 17 ok 200 1.1.0 2003
//     done 18 lost - - 30000 no answer within 30 s
//     closed_idle 19
//
// `closed_idle`: before request 19 was sent, the connection it was meant for turned out to be closed by the
// other side; it went over another one.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/asio.hpp"
#include "base/json.hpp"
#include "cli/demo_service.hpp"

namespace cli {

/// `ok`: a complete answer. `error`: a complete 5xx that the version made itself. `lost`: no complete answer,
/// a wrong one, or a 5xx that the proxy made.
enum class Outcome { ok, error, lost };
BOOST_DESCRIBE_ENUM(Outcome, ok, error, lost)

struct Sent {
    std::uint64_t id = 0;
    std::string method{};
    std::string target{};
    bool fresh_connection = false;
    WallTime at{};
};

struct Done {
    std::uint64_t id = 0;
    Outcome outcome = Outcome::ok;
    int status = 0;
    std::string version{};
    std::int64_t milliseconds = 0;
    std::string why{};  // of a loss
};

/// Appends to a ledger file. A line is in the file (not yet synced) when `flush` returns.
class LedgerWriter {
public:
    /// An empty path writes nothing. Errors: unavailable.
    static base::Result<LedgerWriter> open(std::string const& path);
    LedgerWriter(LedgerWriter&& other) noexcept;
    LedgerWriter& operator=(LedgerWriter&&) = delete;
    ~LedgerWriter();
    void sent(Sent const& request);
    void done(Done const& outcome);
    void closed_idle(std::uint64_t id);
    /// Errors: unavailable (disk full).
    base::Result<void> flush();

private:
    explicit LedgerWriter(std::string path, int file) : path_(std::move(path)), file_(file) {}
    std::string path_;
    int file_ = -1;
    std::string waiting_{};
};

struct VersionCounts {
    std::uint64_t ok = 0;
    std::uint64_t error = 0;
    std::uint64_t answered() const { return ok + error; }
    bool operator==(VersionCounts const&) const = default;
};
BOOST_DESCRIBE_STRUCT(VersionCounts, (), (ok, error))

/// sent = ok + error + lost + open, always: what does not add up is in `problems`.
struct LedgerReport {
    std::uint64_t sent = 0;
    std::uint64_t ok = 0;
    std::uint64_t error = 0;
    std::uint64_t lost = 0;
    std::uint64_t open = 0;  // outcome not written: still under way, or the traffic program was killed
    std::uint64_t closed_idle = 0;
    std::map<std::string, VersionCounts> by_version{};
    std::vector<std::string> losses{};    // the first 20, as sentences
    std::vector<std::string> problems{};  // lines that cannot be right
    bool operator==(LedgerReport const&) const = default;
};
BOOST_DESCRIBE_STRUCT(LedgerReport, (),
                      (sent, ok, error, lost, open, closed_idle, by_version, losses, problems))

/// A last line without its end is a write cut short by a crash, and is left out.
LedgerReport read_ledger(std::istream& lines);
/// Errors: not_found.
base::Result<LedgerReport> read_ledger(std::string const& path);

/// Where ledger and service disagree, as sentences; empty: they agree. Every answer that the ledger has from
/// a version was given by one of its processes; a process may have given more only to requests that the
/// ledger calls lost or open.
std::vector<std::string> reconcile(LedgerReport const& ledger, std::span<DemoCounts const> services);

/// Reads counts-*.json of a folder. Errors: invalid, unavailable.
base::Result<std::vector<DemoCounts>> read_counts(std::string const& folder);

/// For people: a few lines.
std::string describe(LedgerReport const& report);

}  // namespace cli
