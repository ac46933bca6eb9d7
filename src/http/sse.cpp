#include "http/sse.hpp"

#include <algorithm>

namespace http {

namespace {

std::string in_one_line(std::string text) {
    std::erase_if(text, [](char letter) { return letter == '\n' || letter == '\r' || letter == '\0'; });
    return text;
}

}  // namespace

std::string format_event(SseEvent const& event) {
    std::string text;
    if (!event.id.empty()) text.append("id: ").append(in_one_line(event.id)).append("\n");
    if (!event.event.empty()) text.append("event: ").append(in_one_line(event.event)).append("\n");
    std::string_view rest = event.data;
    for (;;) {
        std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
        text.append("data: ").append(rest.substr(0, end)).append("\n");
        if (end == rest.size()) break;
        rest.remove_prefix(rest.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
    }
    return text.append("\n");
}

bool SseParser::put(std::string_view piece, Take const& take) {
    for (char letter : piece) {
        bool second_half = letter == '\n' && after_return_;
        after_return_ = letter == '\r';
        if (second_half) continue;
        if (letter != '\n' && letter != '\r') {
            line_ += letter;
            if (line_.size() + event_.data.size() > limit_bytes) return false;
            continue;
        }
        std::string line = std::move(line_);
        line_.clear();
        if (!put_line(line, take)) return false;
    }
    return true;
}

bool SseParser::put_line(std::string_view line, Take const& take) {
    if (std::exchange(first_line_, false) && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
    if (line.empty()) {
        SseEvent complete = std::move(event_);
        event_ = {};
        complete.id = last_id_;
        return !std::exchange(has_data_, false) || take(complete);
    }
    std::string_view name = line.substr(0, line.find(':'));
    std::string_view value = line.substr(std::min(name.size() + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (name == "data") {
        if (std::exchange(has_data_, true)) event_.data += '\n';
        event_.data += value;
    } else if (name == "event") {
        event_.event = value;
    } else if (name == "id" && value.find('\0') == std::string_view::npos) {
        last_id_ = value;
    }
    return true;
}

}  // namespace http
