// Beast's parser, filling our Request.
#pragma once
#include <boost/beast/http/basic_parser.hpp>

#include "http/impl/first_chunk.hpp"
#include "http/server.hpp"

namespace http::impl {

namespace beast_http = boost::beast::http;

class RequestParser : private beast_http::basic_parser<true> {
public:
    RequestParser(Request& into, ServerLimits const& limits);

    /// `head` is complete, as the scanner says. Throws Refusal.
    void put_head(std::string_view head);
    /// How many bytes were understood; the rest must come again, longer. Throws Refusal.
    std::size_t put_body(std::string_view bytes);
    bool is_done() const { return basic_parser::is_done(); }

    bool keep_alive() const { return basic_parser::keep_alive(); }
    bool is_http_1_0() const { return http_1_0_; }
    bool expects_continue() const { return expects_continue_; }

private:
    using View = boost::beast::string_view;
    void on_request_impl(beast_http::verb, View method, View target, int version, error_code&) override;
    void on_response_impl(int, View, int, error_code&) override {}
    void on_field_impl(beast_http::field name, View name_string, View value, error_code&) override;
    void on_header_impl(error_code&) override;
    void on_body_init_impl(boost::optional<std::uint64_t> const& length, error_code&) override;
    std::size_t on_body_impl(View body, error_code&) override;
    void on_chunk_header_impl(std::uint64_t size, View extensions, error_code&) override;
    std::size_t on_chunk_body_impl(std::uint64_t remain, View body, error_code&) override;
    void on_finish_impl(error_code&) override {}

    void check_framing(beast_http::field name, View value);

    Request& request_;
    ServerLimits const& limits_;
    FirstChunk first_chunk_{};
    std::size_t fields_ = 0;
    unsigned hosts_ = 0;
    bool has_length_ = false;
    bool has_coding_ = false;
    bool in_trailer_ = false;
    bool http_1_0_ = false;
    bool expects_continue_ = false;
};

}  // namespace http::impl
