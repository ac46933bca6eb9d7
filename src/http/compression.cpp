#include "http/compression.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "http/impl/text.hpp"

namespace http {

namespace {

constexpr int gzip_window = 15 + 16, zlib_window = 15, raw_window = -15;
constexpr int level = 4, memory_level = 8;

void point_at(z_stream& stream, std::string_view input) {
    // zlib does not write there; its interface only lacks the const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream.avail_in = static_cast<uInt>(input.size());
}

std::string deflate_with(std::string_view text, int window, int flush) {
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, window, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    std::string out(deflateBound(&stream, text.size()) + 16, '\0');
    point_at(stream, text);
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, flush);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

/// A quality of zero forbids.
bool is_allowed(std::string_view parameters) {
    std::size_t at = parameters.find("q=0");
    return at == std::string_view::npos ||
           parameters.find_first_of("123456789", at + 3) != std::string_view::npos;
}

}  // namespace

Coding preferred_coding(std::string_view accept_encoding) {
    bool deflate = false;
    while (!accept_encoding.empty()) {
        std::string_view item = accept_encoding.substr(0, accept_encoding.find(','));
        accept_encoding.remove_prefix(std::min(item.size() + 1, accept_encoding.size()));
        std::string_view word = item.substr(0, item.find(';'));
        bool allowed = is_allowed(item.substr(word.size()));
        while (word.starts_with(' ')) word.remove_prefix(1);
        while (word.ends_with(' ')) word.remove_suffix(1);
        if (allowed && impl::same_word(word, "gzip")) return Coding::gzip;
        deflate = deflate || (allowed && impl::same_word(word, "deflate"));
    }
    return deflate ? Coding::deflate : Coding::identity;
}

std::string compress(std::string_view text, Coding coding) {
    if (coding == Coding::identity) return std::string(text);
    return deflate_with(text, coding == Coding::gzip ? gzip_window : zlib_window, Z_FINISH);
}

std::string deflate_message(std::string_view message) {
    std::string out = deflate_with(message, raw_window, Z_SYNC_FLUSH);
    out.resize(out.size() - 4);  // the empty block at the end is not sent (7.2.1)
    return out;
}

boost::system::result<std::string, InflateProblem> inflate_message(std::string_view message,
                                                                   std::size_t limit_bytes) {
    z_stream stream{};
    if (inflateInit2(&stream, raw_window) != Z_OK) throw std::bad_alloc();
    std::string input(message);
    input.append("\0\0\xff\xff", 4);  // 7.2.2
    point_at(stream, input);
    std::string out;
    std::array<char, 16 * 1024> piece;
    int result = Z_OK;
    while (result == Z_OK && out.size() <= limit_bytes) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        result = inflate(&stream, Z_SYNC_FLUSH);
        std::size_t made = piece.size() - stream.avail_out;
        out.append(piece.data(), made);
        if (result == Z_OK && made < piece.size()) break;
    }
    bool all = stream.avail_in == 0;
    inflateEnd(&stream);
    if (out.size() > limit_bytes) return InflateProblem::too_big;
    bool fine = result == Z_OK || result == Z_BUF_ERROR || result == Z_STREAM_END;
    if (!fine || !(all || result == Z_STREAM_END)) return InflateProblem::malformed;
    return out;
}

void throw_exception_from_error(InflateProblem problem, boost::source_location const&) {
    throw std::invalid_argument(problem == InflateProblem::too_big ? "the message is too long"
                                                                   : "the message cannot be decompressed");
}

}  // namespace http
