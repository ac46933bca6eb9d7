// An answer without an end: pieces as chunks, until its maker returns or its reader leaves.
#pragma once
#include "http/message.hpp"

namespace http::impl {

class Session;

class ChunkWriter : public Writer {
public:
    /// Not chunked: to a client of HTTP/1.0, for which the end of the connection is the end.
    ChunkWriter(Session& session, bool chunked) : session_(session), chunked_(chunked) {}
    awaitable<void> write(std::string_view piece) override;

private:
    Session& session_;
    bool chunked_;
};

struct StreamEnd {
    bool failure = false;      // its maker threw
    bool client_left = false;  // and was therefore cancelled
    std::string what{};
};
/// Runs the maker of the stream beside the watch on the connection; whichever ends first cancels the other.
awaitable<StreamEnd> run_stream(Response const& response, Writer& writer, awaitable<void> watch);

struct LateAnswer : StreamEnd {
    Response response{};
};
/// The same for an answer that comes later.
awaitable<LateAnswer> run_late(Response const& early, awaitable<void> watch);

}  // namespace http::impl
