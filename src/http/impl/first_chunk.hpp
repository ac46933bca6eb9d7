// A trap of Beast's parser, fenced off.
#pragma once
#include <string_view>

namespace http::impl {

/// Beast 1.81 ends the program with a failed assertion when a chunked body without data comes in pieces:
/// first "0\r\n", then fewer than two bytes more. Nothing is given to it between the head and the first chunk
/// before the five bytes are there that a last chunk has at least; there is no shorter one (RFC 9112, 7.1).
class FirstChunk {
public:
    void head_has_come(bool is_chunked) { awaited_ = is_chunked; }
    void chunk_has_come() { awaited_ = false; }
    bool needs_more_than(std::string_view bytes) const { return awaited_ && bytes.size() < 5; }

private:
    bool awaited_ = false;
};

}  // namespace http::impl
