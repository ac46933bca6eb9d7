// Beast's parser, filling our Response.
#pragma once
#include <boost/beast/http/basic_parser.hpp>
#include <functional>

#include "http/impl/first_chunk.hpp"
#include "http/message.hpp"

namespace http::impl {

class ResponseParser : private boost::beast::http::basic_parser<false> {
public:
    /// False: no more is wanted.
    using Piece = std::function<bool(std::string_view)>;

    /// `piece` gets the body as it comes, and before that an empty part, as soon as the head is there.
    ResponseParser(Response& into, Piece piece, bool answers_head, std::size_t body_limit_bytes);

    /// How many bytes were understood; the rest must come again, longer. Throws system_error (of Beast's
    /// category).
    std::size_t put(std::string_view bytes);
    /// The connection has ended. Throws system_error when the answer had not.
    void put_end();
    bool is_done() const { return basic_parser::is_done() || enough_; }
    /// The whole answer was read, and the server goes on listening (RFC 9112, 9.3).
    bool leaves_connection_open() const { return basic_parser::is_done() && basic_parser::keep_alive(); }

private:
    using View = boost::beast::string_view;
    using Field = boost::beast::http::field;
    void on_request_impl(boost::beast::http::verb, View, View, int, error_code&) override {}
    void on_response_impl(int status, View, int, error_code&) override { response_.status = status; }
    void on_field_impl(Field, View name, View value, error_code&) override;
    void on_header_impl(error_code&) override;
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override { in_body_ = true; }
    std::size_t on_body_impl(View body, error_code&) override { return take(body); }
    void on_chunk_header_impl(std::uint64_t, View, error_code&) override { first_chunk_.chunk_has_come(); }
    std::size_t on_chunk_body_impl(std::uint64_t, View body, error_code&) override { return take(body); }
    void on_finish_impl(error_code&) override {}
    std::size_t take(View body);

    Response& response_;
    Piece piece_;
    FirstChunk first_chunk_;
    bool in_body_ = false;
    bool enough_ = false;
};

}  // namespace http::impl
