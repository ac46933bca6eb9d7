#include "cli/impl/answer_reader.hpp"

#include <algorithm>
#include <charconv>

namespace cli {

namespace {

constexpr std::size_t longest_head = 64 * 1024;
constexpr std::size_t kept_body = 4 * 1024;

bool equal_fold(std::string_view a, std::string_view lower) {
    auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return a.size() == lower.size() &&
           std::equal(a.begin(), a.end(), lower.begin(), [&](char x, char y) { return fold(x) == y; });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::optional<std::size_t> number(std::string_view text, int base) {
    std::size_t value = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (failed != std::errc{} || end == text.data()) return {};
    if (base == 10 && end != text.data() + text.size()) return {};
    return value;
}

bool without_body(int status) { return status == 204 || status == 304; }

}  // namespace

void AnswerReader::begin() { *this = AnswerReader(); }

AnswerReader::State AnswerReader::feed(std::string_view bytes) {
    anything_came_ = anything_came_ || !bytes.empty();
    while (!bytes.empty() && part_ != Part::broken)
        if (!step(bytes)) part_ = Part::broken;
    return state();
}

AnswerReader::State AnswerReader::end_of_stream() const {
    return part_ == Part::body_to_the_end || part_ == Part::done ? State::complete : State::broken;
}

AnswerReader::State AnswerReader::state() const {
    if (part_ == Part::done) return State::complete;
    return part_ == Part::broken ? State::broken : State::more;
}

/// False when the bytes cannot be right.
bool AnswerReader::step(std::string_view& bytes) {
    switch (part_) {
        case Part::head:
            if (read_line(bytes)) head_line();
            return part_ != Part::broken;
        case Part::sized_body:
            take_body(bytes);
            if (left_ == 0) part_ = Part::done;
            return true;
        case Part::chunk_size:
            if (read_line(bytes)) chunk_size_line();
            return part_ != Part::broken;
        case Part::chunk:
            take_body(bytes);
            if (left_ == 0) part_ = Part::chunk_end;
            return true;
        case Part::chunk_end:
            if (read_line(bytes)) {
                if (!line_.empty()) return false;
                part_ = Part::chunk_size;
            }
            return true;
        case Part::trailer:
            if (read_line(bytes)) {
                if (line_.empty()) part_ = Part::done;
                line_.clear();
            }
            return true;
        case Part::body_to_the_end:
            left_ = bytes.size();
            take_body(bytes);
            return true;
        case Part::done:
        case Part::broken:
            return false;
    }
    return false;
}

/// True when line_ holds a whole line, without its end. The caller clears it.
bool AnswerReader::read_line(std::string_view& bytes) {
    auto end = bytes.find('\n');
    std::string_view piece = bytes.substr(0, end);
    head_bytes_ += piece.size();
    line_ += piece;
    if (head_bytes_ > longest_head) part_ = Part::broken;
    if (end == std::string_view::npos) {
        bytes = {};
        return false;
    }
    bytes.remove_prefix(end + 1);
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    return true;
}

void AnswerReader::head_line() {
    std::string line = std::move(line_);
    line_.clear();
    if (std::exchange(first_line_, false)) {
        auto status = line.size() >= 12 ? number(std::string_view(line).substr(9, 3), 10) : std::nullopt;
        if (!line.starts_with("HTTP/1.") || !status) return void(part_ = Part::broken);
        answer_.status = static_cast<int>(*status);
        answer_.keep_alive = line[7] != '0';
    } else if (line.empty()) {
        end_of_head();
    } else {
        auto colon = line.find(':');
        if (colon == std::string::npos) return void(part_ = Part::broken);
        field(std::string_view(line).substr(0, colon), trimmed(std::string_view(line).substr(colon + 1)));
    }
}

void AnswerReader::end_of_head() {
    if (answer_.status < 200) {  // a 100 Continue: the real answer comes after it
        answer_ = {};
        first_line_ = true;
        return;
    }
    if (without_body(answer_.status)) return void(part_ = Part::done);
    if (chunked_) return void(part_ = Part::chunk_size);
    if (!length_) {
        answer_.keep_alive = false;
        return void(part_ = Part::body_to_the_end);
    }
    left_ = *length_;
    part_ = left_ == 0 ? Part::done : Part::sized_body;
}

void AnswerReader::field(std::string_view name, std::string_view value) {
    if (equal_fold(name, "content-length")) {
        length_ = number(value, 10);
        if (!length_) part_ = Part::broken;
    } else if (equal_fold(name, "transfer-encoding")) {
        chunked_ = equal_fold(value, "chunked");
        if (!chunked_) part_ = Part::broken;
    } else if (equal_fold(name, "connection")) {
        if (equal_fold(value, "close")) answer_.keep_alive = false;
        if (equal_fold(value, "keep-alive")) answer_.keep_alive = true;
    } else if (equal_fold(name, "x-service-version")) {
        answer_.version = value;
    } else if (equal_fold(name, "x-request-id")) {
        answer_.request_id = value;
    } else if (equal_fold(name, "server")) {
        answer_.server = value;
    }
}

void AnswerReader::chunk_size_line() {
    auto size = number(line_, 16);
    line_.clear();
    head_bytes_ = 0;
    if (!size) return void(part_ = Part::broken);
    left_ = *size;
    part_ = left_ == 0 ? Part::trailer : Part::chunk;
}

void AnswerReader::take_body(std::string_view& bytes) {
    std::size_t taken = std::min(left_, bytes.size());
    std::size_t room = kept_body - std::min(kept_body, answer_.body.size());
    answer_.body += bytes.substr(0, std::min(taken, room));
    left_ -= taken;
    bytes.remove_prefix(taken);
}

}  // namespace cli
