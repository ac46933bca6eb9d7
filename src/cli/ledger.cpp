#include "cli/ledger.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>
#include <sstream>

#include "base/files.hpp"

namespace cli {

namespace {

using base::Result;

constexpr std::size_t listed = 20;

std::string_view or_dash(std::string_view text) { return text.empty() ? "-" : text; }

/// Reading: takes the facts of a ledger one line at a time.
class Reader {
public:
    void take(std::string const& line) {
        ++number_;
        std::istringstream words(line);
        std::string kind;
        std::uint64_t id = 0;
        words >> kind >> id;
        if (!words) return problem("is not a ledger's");
        if (kind == "sent")
            sent(id, words);
        else if (kind == "done")
            done(id, words);
        else if (kind == "closed_idle")
            ++report_.closed_idle;
        else
            problem("is not a ledger's");
    }
    LedgerReport finish() {
        report_.open = open_.size();
        return std::move(report_);
    }

private:
    void sent(std::uint64_t id, std::istream& words) {
        std::string method, target;
        words >> method >> target;
        if (!words) return problem("ends too early");
        if (!open_.emplace(id, method + " " + target).second)
            return problem(fmt::format("sends request {} twice", id));
        ++report_.sent;
    }
    void done(std::uint64_t id, std::istream& words) {
        std::string word, status, version, milliseconds, why;
        words >> word >> status >> version >> milliseconds;
        if (!words) return problem("ends too early");
        std::getline(words >> std::ws, why);
        auto outcome = base::parse_enum<Outcome>(word, "outcome");
        if (!outcome) return problem("has an " + outcome.error().message);
        auto place = open_.find(id);
        if (place == open_.end()) return problem(fmt::format("ends request {}, which is not open", id));
        count(*outcome, version);
        if (*outcome == Outcome::lost && report_.losses.size() < listed)
            report_.losses.push_back(fmt::format("request {} ({}) was lost after {} ms: {}", id,
                                                 place->second, milliseconds, why));
        open_.erase(place);
    }
    void count(Outcome outcome, std::string const& version) {
        if (outcome == Outcome::lost) {
            ++report_.lost;
            return;
        }
        VersionCounts& of_version = report_.by_version[version];
        ++(outcome == Outcome::ok ? report_.ok : report_.error);
        ++(outcome == Outcome::ok ? of_version.ok : of_version.error);
    }
    void problem(std::string const& text) {
        if (report_.problems.size() < listed)
            report_.problems.push_back(fmt::format("line {} {}", number_, text));
    }

    LedgerReport report_{};
    std::unordered_map<std::uint64_t, std::string> open_{};
    std::size_t number_ = 0;
};

}  // namespace

Result<LedgerWriter> LedgerWriter::open(std::string const& path) {
    if (path.empty()) return LedgerWriter("", -1);
    int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0)
        return base::unavailable(fmt::format(
            "cannot write the ledger {}: {}; name another file with --ledger", path, std::strerror(errno)));
    return LedgerWriter(path, file);
}

LedgerWriter::LedgerWriter(LedgerWriter&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      waiting_(std::move(other.waiting_)) {}

LedgerWriter::~LedgerWriter() {
    if (file_ < 0) return;
    (void)flush();
    ::close(file_);
}

void LedgerWriter::sent(Sent const& request) {
    if (file_ < 0) return;
    fmt::format_to(std::back_inserter(waiting_), "sent {} {} {} {} {}\n", request.id, request.method,
                   request.target, request.fresh_connection ? "new" : "keep-alive",
                   base::format_time(request.at));
}

void LedgerWriter::done(Done const& outcome) {
    if (file_ < 0) return;
    std::string status = outcome.status == 0 ? "-" : std::to_string(outcome.status);
    fmt::format_to(std::back_inserter(waiting_), "done {} {} {} {} {}{}{}\n", outcome.id,
                   base::enum_name(outcome.outcome), status, or_dash(outcome.version), outcome.milliseconds,
                   outcome.why.empty() ? "" : " ", outcome.why);
}

void LedgerWriter::closed_idle(std::uint64_t id) {
    if (file_ >= 0) fmt::format_to(std::back_inserter(waiting_), "closed_idle {}\n", id);
}

Result<void> LedgerWriter::flush() {
    std::string_view left = waiting_;
    while (!left.empty()) {
        ssize_t written = ::write(file_, left.data(), left.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0)
            return base::unavailable(
                fmt::format("cannot write the ledger {}: {}", path_, std::strerror(errno)));
        left.remove_prefix(static_cast<std::size_t>(written));
    }
    waiting_.clear();
    return {};
}

LedgerReport read_ledger(std::istream& lines) {
    Reader reader;
    std::string line;
    while (std::getline(lines, line) && !lines.eof()) reader.take(line);
    return reader.finish();
}

Result<LedgerReport> read_ledger(std::string const& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return base::not_found(fmt::format("cannot read the ledger {}: {}", path, std::strerror(errno)));
    return read_ledger(file);
}

std::vector<std::string> reconcile(LedgerReport const& ledger, std::span<DemoCounts const> services) {
    std::map<std::string, std::uint64_t> answered;
    for (DemoCounts const& service : services) answered[service.version] += service.answered();

    std::vector<std::string> disagreements;
    for (auto const& [version, counts] : ledger.by_version)
        if (answered[version] < counts.answered())
            disagreements.push_back(
                fmt::format("the ledger has {} answers from {}, its processes gave only {}",
                            counts.answered(), version, answered[version]));
    std::uint64_t more = 0;
    for (auto const& [version, given] : answered) {
        auto known = ledger.by_version.find(version);
        std::uint64_t received = known == ledger.by_version.end() ? 0 : known->second.answered();
        more += given > received ? given - received : 0;
    }
    if (more > ledger.lost + ledger.open)
        disagreements.push_back(fmt::format(
            "the processes gave {} answers more than the ledger has, which has only {} requests without one",
            more, ledger.lost + ledger.open));
    return disagreements;
}

Result<std::vector<DemoCounts>> read_counts(std::string const& folder) {
    base::RealFiles files;
    std::vector<DemoCounts> all;
    TRY(std::vector<std::string> names, files.list(folder));
    for (std::string const& name : names) {
        if (!name.starts_with("counts-") || !name.ends_with(".json")) continue;
        std::string path = (std::filesystem::path(folder) / name).string();
        TRY(std::string text, files.read(path));
        auto counts = base::from_text<DemoCounts>(text);
        if (!counts) return base::invalid(fmt::format("{}: {}", path, counts.error().message));
        all.push_back(*counts);
    }
    return all;
}

std::string describe(LedgerReport const& report) {
    std::string text =
        fmt::format("sent {}  ok {}  errors {}  lost {}  open {}  closed_idle {}\n", report.sent, report.ok,
                    report.error, report.lost, report.open, report.closed_idle);
    for (auto const& [version, counts] : report.by_version)
        text +=
            fmt::format("  {}: {} answers, {} of them errors\n", version, counts.answered(), counts.error);
    for (auto const* sentences : {&report.losses, &report.problems})
        for (std::string const& sentence : *sentences) text += fmt::format("  {}\n", sentence);
    return text;
}

}  // namespace cli
