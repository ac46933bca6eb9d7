// A request and an answer, as the rest of the program sees them. (Beast stays inside the .cpp files of this
// folder.)
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/stream.hpp"

namespace http {

/// Field names compare without case; a repeated field keeps every value, in order.
class Fields {
public:
    /// The first value, or empty.
    std::string_view get(std::string_view name) const;
    bool has(std::string_view name) const;
    void set(std::string name, std::string value);  // replaces
    void add(std::string name, std::string value);
    void remove(std::string_view name);
    std::vector<std::pair<std::string, std::string>> const& all() const { return list_; }
    void reserve(std::size_t count) { list_.reserve(count); }

private:
    std::vector<std::pair<std::string, std::string>> list_;
};

struct Request {
    std::string method = "GET";
    std::string path =
        "/";  // percent-decoded, without the query; a path that decodes badly is answered with 400
    std::string raw_target{};                                  // as received
    std::vector<std::pair<std::string, std::string>> query{};  // decoded, in order
    Fields fields{};
    std::string body{};
    std::string address{};   // of the client: "127.0.0.1"
    std::string trace_id{};  // 32 hex digits, made by the server
    std::optional<std::string> query_value(std::string_view name) const;
};

/// Sends pieces of an endless answer. Throws system_error when the client is gone.
class Writer {
public:
    virtual ~Writer() = default;
    virtual awaitable<void> write(std::string_view piece) = 0;
};

/// A connection that speaks another protocol now. The server counts it while this lives.
class Upgraded {
public:
    virtual ~Upgraded() = default;
    /// Called when the server stops, maybe twice: ends the connection.
    std::function<void()> on_stop{};
};

struct Response {
    int status = 200;
    Fields fields{};
    std::string body{};
    std::shared_ptr<std::string const> shared_body{};  // if set, sent instead of body, without a copy
    /// If set, called after the head was sent (chunked); the answer ends when it returns. Cancelled when the
    /// client goes.
    std::function<awaitable<void>(Writer&)> stream{};
    /// If set, this is not the answer yet: it is what `later` returns, as late as it likes. Cancelled when
    /// the client goes or the server stops.
    std::function<awaitable<Response>()> later{};
    /// With status 101: takes the connection over once the head was sent, with what was read beyond the
    /// request.
    std::function<void(base::Stream, std::string already_read, std::unique_ptr<Upgraded>)> upgrade{};
};

/// Called once per request. An exception becomes a 500 problem; the process lives (R42).
using Handler = std::function<awaitable<Response>(Request)>;

}  // namespace http
