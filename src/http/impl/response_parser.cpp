#include "http/impl/response_parser.hpp"

namespace http::impl {

ResponseParser::ResponseParser(Response& into, Piece piece, bool answers_head, std::size_t body_limit_bytes)
    : response_(into), piece_(std::move(piece)) {
    header_limit(64 * 1024);
    body_limit(body_limit_bytes);
    skip(answers_head);
    eager(true);
}

std::size_t ResponseParser::put(std::string_view bytes) {
    if (first_chunk_.needs_more_than(bytes)) return 0;
    error_code problem;
    std::size_t used = basic_parser::put(asio::buffer(bytes), problem);
    if (problem && problem != boost::beast::http::error::need_more) throw system_error(problem);
    return used;
}

void ResponseParser::put_end() {
    error_code problem = boost::beast::http::error::partial_message;
    if (got_some()) basic_parser::put_eof(problem);
    if (problem) throw system_error(problem);
}

void ResponseParser::on_field_impl(Field, View name, View value, error_code&) {
    if (!in_body_) response_.fields.add(std::string(name), std::string(value));
}

void ResponseParser::on_header_impl(error_code&) {
    first_chunk_.head_has_come(chunked());
    take({});
}

std::size_t ResponseParser::take(View body) {
    if (!enough_ && !piece_(std::string_view(body.data(), body.size()))) enough_ = true;
    return body.size();
}

}  // namespace http::impl
