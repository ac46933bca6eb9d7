// Reads one HTTP/1.1 answer after the other from the bytes of a connection. No socket in here.
// https://www.rfc-editor.org/rfc/rfc9112
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

/// The few things of an answer that the traffic program judges by.
struct Answer {
    int status = 0;
    bool keep_alive = true;
    std::string version{};     // X-Service-Version
    std::string request_id{};  // X-Request-Id
    std::string server{};      // Server
    std::string body{};        // its first 4 KiB
    bool operator==(Answer const&) const = default;
};

class AnswerReader {
public:
    enum class State { more, complete, broken };

    /// Forgets the last answer; bytes that came after it are an answer that nobody asked for, and so is the
    /// next one.
    void begin();
    /// `broken`: not HTTP, or bytes after the end of the answer.
    State feed(std::string_view bytes);
    /// The other side closed. Complete only if the answer runs to the end of the connection.
    State end_of_stream() const;
    Answer& answer() { return answer_; }
    bool anything_came() const { return anything_came_; }

private:
    enum class Part {
        head,
        sized_body,
        chunk_size,
        chunk,
        chunk_end,
        trailer,
        body_to_the_end,
        done,
        broken
    };
    State state() const;
    bool step(std::string_view& bytes);
    bool read_line(std::string_view& bytes);
    void head_line();
    void end_of_head();
    void field(std::string_view name, std::string_view value);
    void chunk_size_line();
    void take_body(std::string_view& bytes);

    Part part_ = Part::head;
    std::string line_{};
    bool anything_came_ = false;
    bool first_line_ = true;
    bool chunked_ = false;
    std::optional<std::size_t> length_{};
    std::size_t left_ = 0;
    std::size_t head_bytes_ = 0;
    Answer answer_{};
};

}  // namespace cli
