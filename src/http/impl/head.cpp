#include "http/impl/head.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "http/impl/text.hpp"
#include "http/server.hpp"

namespace http::impl {

namespace {

/// What a browser must not do with an answer of ours, unless the handler says otherwise.
struct Standing {
    std::string_view name;
    std::string_view line;  // whole, with its end
    bool json_only;
};
constexpr Standing standing[] = {
    {"X-Content-Type-Options", "X-Content-Type-Options: nosniff\r\n", false},
    {"Referrer-Policy", "Referrer-Policy: no-referrer\r\n", false},
    {"Cross-Origin-Resource-Policy", "Cross-Origin-Resource-Policy: same-origin\r\n", false},
    {"X-Frame-Options", "X-Frame-Options: DENY\r\n", false},
    {"Content-Security-Policy",
     "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; sandbox\r\n", true},
    {"Cache-Control", "Cache-Control: no-store\r\n", true},
};
constexpr unsigned without_json = 0b001111, with_json = 0b111111;

/// Those lines of the table whose bit is set, together: made once.
std::string const& standing_lines(unsigned wanted) {
    static std::array<std::string, with_json + 1> const all = [] {
        std::array<std::string, with_json + 1> texts;
        for (unsigned set = 0; set < texts.size(); ++set)
            for (std::size_t i = 0; i < std::size(standing); ++i)
                if (set & (1U << i)) texts[set] += standing[i].line;
        return texts;
    }();
    return all[wanted];
}

unsigned bit_of(std::string_view name) {
    for (std::size_t i = 0; i < std::size(standing); ++i)
        if (same_word(standing[i].name, name)) return 1U << i;
    return 0;
}

/// What only the server itself says.
bool is_ours(std::string_view name) {
    for (std::string_view ours : {"Connection", "Content-Length", "Transfer-Encoding", "Date"})
        if (same_word(ours, name)) return true;
    return false;
}

bool is_json(std::string_view type) { return type.find("json") != std::string_view::npos; }

void write_fields(std::string& out, Fields const& fields) {
    unsigned said = 0;
    bool json = false;
    for (auto const& [name, value] : fields.all()) {
        if (is_ours(name)) continue;
        said |= bit_of(name);
        json = json || (same_word(name, "Content-Type") && is_json(value));
        out.append(name).append(": ").append(value).append("\r\n");
    }
    out += standing_lines((json ? with_json : without_json) & ~said);
}

void write_framing(std::string& out, HeadOptions const& options) {
    if (options.framing == Framing::length)
        fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", options.length);
    if (options.framing == Framing::chunked) out += "Transfer-Encoding: chunked\r\n";
    if (options.upgrade)
        out += "Connection: Upgrade\r\n";
    else if (options.close)
        out += "Connection: close\r\n";
    else if (options.say_keep_alive)
        out += "Connection: keep-alive\r\n";
}

}  // namespace

void check_fields(Fields const& fields) {
    constexpr std::string_view breaks("\r\n\0", 3);
    for (auto const& [name, value] : fields.all())
        if (name.empty() || name.find_first_of(": \t\r\n") != std::string_view::npos ||
            value.find_first_of(breaks) != std::string_view::npos)
            throw std::invalid_argument(
                fmt::format("the answer's field \"{}\" would break out of its line", name));
}

void write_head(std::string& out, Response const& response, HeadOptions const& options) {
    out.clear();
    if (response.status == 200)
        out += "HTTP/1.1 200 OK\r\nDate: ";
    else
        fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\nDate: ", response.status,
                       reason_phrase(response.status));
    out.append(options.date).append("\r\n");
    write_fields(out, response.fields);
    write_framing(out, options);
    out += "\r\n";
}

std::string format_http_date(WallTime time) {
    constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day date(day);
    std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                       days[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                       months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace http::impl
