#include "http/impl/target.hpp"

#include "http/impl/refusal.hpp"
#include "http/impl/text.hpp"

namespace http::impl {

namespace {

enum class Part { path, query };

int hex_digit(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    letter = lower(letter);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

[[noreturn]] void refuse(std::string detail) { throw Refusal{400, "bad_target", std::move(detail)}; }

char decode_one(std::string_view text, std::size_t percent) {
    int high = percent + 2 < text.size() ? hex_digit(text[percent + 1]) : -1;
    int low = percent + 2 < text.size() ? hex_digit(text[percent + 2]) : -1;
    if (high < 0 || low < 0) refuse("the address contains a % that two hexadecimal digits do not follow");
    return static_cast<char>(high * 16 + low);
}

bool is_control(char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f; }

std::string decode(std::string_view text, Part part) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char letter = text[i];
        if (letter == '%') {
            letter = decode_one(text, i);
            i += 2;
            if (letter == '/' && part == Part::path)
                refuse("a slash inside a name (%2F) is not understood here");
        } else if (letter == '+' && part == Part::query) {
            letter = ' ';
        }
        if (is_control(letter)) refuse("the address contains a control character");
        decoded += letter;
    }
    if (!is_utf8(decoded)) refuse("the address is not UTF-8");
    return decoded;
}

bool needs_decoding(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char letter) {
        return letter == '%' || is_control(letter) || static_cast<unsigned char>(letter) >= 0x80;
    });
}

void decode_query(std::string_view text, Request& request) {
    while (!text.empty()) {
        std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        if (pair.empty()) continue;
        auto equals = std::min(pair.find('='), pair.size());
        std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
        request.query.emplace_back(decode(pair.substr(0, equals), Part::query), decode(value, Part::query));
    }
}

/// "http://host/path" is how a proxy is asked; every server must understand it (RFC 9112, 3.2.2).
std::string_view without_origin(std::string_view target) {
    for (std::string_view scheme : {"http://", "https://"}) {
        if (!same_word(target.substr(0, scheme.size()), scheme)) continue;
        auto begin = target.find_first_of("/?", scheme.size());
        return begin == std::string_view::npos ? "/" : target.substr(begin);
    }
    return target;
}

}  // namespace

void decode_target(Request& request) {
    std::string_view target = without_origin(request.raw_target);
    if (target == "*" && request.method == "OPTIONS") {
        request.path = "*";
        return;
    }
    std::string_view path = target.substr(0, target.find('?'));
    if (!path.starts_with('/')) refuse("the address must begin with a slash");
    if (needs_decoding(path))
        request.path = decode(path, Part::path);
    else
        request.path.assign(path);
    if (path.size() < target.size()) decode_query(target.substr(path.size() + 1), request);
}

}  // namespace http::impl
