#include "traffic/impl/haproxy_stats.hpp"

#include <charconv>

namespace traffic {

namespace {

using Row = std::map<std::string, std::string, std::less<>>;

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

/// RFC 4180: a field in quotes may hold commas, and quotes twice.
std::vector<std::string> csv_fields(std::string_view line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (quoted && line[i] == '"' && i + 1 < line.size() && line[i + 1] == '"')
            fields.back() += line[i++];
        else if (line[i] == '"')
            quoted = !quoted;
        else if (line[i] == ',' && !quoted)
            fields.emplace_back();
        else
            fields.back() += line[i];
    }
    return fields;
}

std::vector<std::string> words(std::string_view line) {
    std::vector<std::string> list;
    while (!line.empty()) {
        auto end = line.find(' ');
        if (end != 0) list.emplace_back(line.substr(0, end));
        line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    }
    return list;
}

/// Rows by column name. The answer's columns change from version to version; their names do not.
template <class Split>
std::vector<Row> table(std::span<std::string_view const> lines, Split split) {
    std::vector<Row> rows;
    if (lines.empty()) return rows;
    auto names = split(lines.front().substr(2));
    for (std::string_view line : lines.subspan(1)) {
        if (line.empty()) break;
        auto fields = split(line);
        Row row;
        for (std::size_t i = 0; i < std::min(names.size(), fields.size()); ++i)
            row[names[i]] = std::move(fields[i]);
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string text(Row const& row, std::string_view column) {
    auto found = row.find(column);
    return found == row.end() ? "" : found->second;
}

template <class Number = std::uint64_t>
Number number(Row const& row, std::string_view column) {
    std::string digits = text(row, column);
    Number value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

/// What became of the requests that a server got. 2.6.12 counts, by experiment, one request each (stot counts
/// every attempt):
///   a complete answer                                  hrsp_* 1
///   an answer that breaks off                          hrsp_* 1  eresp 1  srv_abrt 1
///   closed without an answer, or garbage               eresp 1; the client's 502 is not among the server's
///   hrsp_5xx reset without an answer                            eresp 2 the same two on a client connection
///   that had a request before:
///     closed                                           nothing; the client's connection is closed without a
///     word reset                                            eresp 1  srv_abrt 1; the same
///   a connect that fails, then the same server again   wretr 1
///   a connect that fails, then another server          wredis 1
///   the last connect that may be tried                 econ 1
///   the client gives up                                cli_abrt 1
/// So what was not answered is not a counter: it is what is missing in stot. An answer on its way is in scur
/// and in hrsp_*, so the figure is a lower bound, exact when nothing is on its way.
struct Outcome {
    std::uint64_t answers = 0;     // at least begun
    std::uint64_t own_errors = 0;  // 5xx among them
    std::uint64_t not_connected = 0;
    std::uint64_t not_answered = 0;
    std::uint64_t broken_off = 0;  // among the answers
    std::uint64_t unspoken = 0;    // not answered or broken off, and no 5xx by HAProxy in place of it
};

std::uint64_t less(std::uint64_t from, std::uint64_t what) { return from > what ? from - what : 0; }

Outcome outcome_of(Row const& row) {
    Outcome result;
    for (char const* column : {"hrsp_1xx", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other"})
        result.answers += number(row, column);
    result.own_errors = number(row, "hrsp_5xx");
    result.not_connected = number(row, "econ") + number(row, "wretr") + number(row, "wredis");
    std::uint64_t resets = number(row, "srv_abrt");
    std::uint64_t told =
        less(number(row, "eresp"), resets);  // HAProxy answered with a 502; a reset counts twice
    std::uint64_t accounted =
        number(row, "scur") + result.answers + result.not_connected + number(row, "cli_abrt");
    std::uint64_t missing = less(number(row, "stot"), accounted);
    result.not_answered = std::max((told + 1) / 2, missing);
    result.broken_off = less(resets, less(result.not_answered, (told + 1) / 2));
    result.unspoken = std::max(resets, less(missing, told));
    return result;
}

model::Counts counts_of(Outcome const& outcome) {
    model::Counts counts{
        .requests = outcome.answers + outcome.not_connected + outcome.not_answered,
        .failures = outcome.own_errors + outcome.not_connected + outcome.not_answered + outcome.broken_off};
    counts.failures = std::min(counts.failures, counts.requests);  // a 5xx that breaks off is one failure
    return counts;
}

/// "type=str value=</healthz>"
std::string value_of_variable(std::string_view text) {
    auto begin = text.find('<');
    auto end = text.rfind('>');
    return begin == text.npos || end == text.npos ? "" : std::string(text.substr(begin + 1, end - begin - 1));
}

/// "* L7OK" while the next check is under way.
std::string check_of(Row const& row) {
    std::string status = text(row, "check_status");
    if (status.starts_with("* ")) status.erase(0, 2);
    std::string code = text(row, "check_code");
    return status == "L7OK" || code.empty() || code == "0" ? status : status + " " + code;
}

// srv_admin_state and srv_op_state: management guide 2.6, "show servers state".
constexpr unsigned any_maintenance = 0x01 | 0x02 | 0x04 | 0x20 | 0x40;
constexpr unsigned any_drain = 0x08 | 0x10;

LiveServer server_of(Row const& stat, Row const& state) {
    auto admin = number<unsigned>(state, "srv_admin_state");
    std::string check = check_of(stat);
    Outcome outcome = outcome_of(stat);
    return {.name = text(stat, "svname"),
            .address = text(stat, "addr"),
            .weight = number<int>(state, "srv_uweight"),
            .draining = (admin & any_drain) != 0,
            .maintenance = (admin & any_maintenance) != 0,
            .up = number<int>(state, "srv_op_state") != 0,
            .checked = !check.empty() && check != "INI",
            .check = check,
            .sessions = number<std::int64_t>(stat, "scur"),
            .response_ms = number<std::int64_t>(stat, "rtime"),
            .losses = {.own_errors = outcome.own_errors,
                       .unspoken = outcome.unspoken,
                       .unanswered = outcome.not_answered + outcome.broken_off},
            .counts = counts_of(outcome)};
}

}  // namespace

std::string live_command() {
    return fmt::format("get var {};show info;show stat;show servers state {}", health_variable, backend_name);
}

base::Result<Live> parse_live(std::string const& answer) {
    auto lines = lines_of(answer);
    auto stat_begin =
        std::find_if(lines.begin(), lines.end(), [](auto line) { return line.starts_with("# pxname,"); });
    auto state_begin =
        std::find_if(lines.begin(), lines.end(), [](auto line) { return line.starts_with("# be_id "); });
    if (stat_begin == lines.end() || state_begin == lines.end() || !answer.ends_with("\n\n"))
        return base::unavailable("HAProxy's answer is not complete", answer.substr(0, 500));

    Live live;
    Row info;
    for (auto it = lines.begin(); it != stat_begin; ++it)
        if (auto colon = it->find(": "); colon != std::string_view::npos)
            info[std::string(it->substr(0, colon))] = std::string(it->substr(colon + 2));
    live.version = text(info, "Version");
    live.health = value_of_variable(text(info, health_variable));
    live.generation = text(info, "Pid") + "-" + text(info, "Start_time_sec");

    std::map<std::string, Row> states;
    for (Row& row :
         table(std::span(&*state_begin, static_cast<std::size_t>(lines.end() - state_begin)), words))
        states[text(row, "srv_name")] = row;
    for (Row const& row :
         table(std::span(&*stat_begin, static_cast<std::size_t>(lines.end() - stat_begin)), csv_fields)) {
        std::string proxy = text(row, "pxname");
        std::string name = text(row, "svname");
        if (proxy == frontend_name && name == "FRONTEND") {
            live.requests = number(row, "req_tot");
            live.failures = number(row, "hrsp_5xx");
        }
        if (proxy != backend_name || name == waiting_server_name) continue;
        if (name == "BACKEND")
            live.retries = number(row, "wretr") + number(row, "wredis");
        else
            live.servers.push_back(server_of(row, states[name]));
    }
    std::sort(live.servers.begin(), live.servers.end(),
              [](auto const& a, auto const& b) { return a.name < b.name; });
    return live;
}

}  // namespace traffic
