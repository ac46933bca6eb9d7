// The interface as an OpenAPI 3.1 document, made from the route table and the described structs, so that it
// cannot say anything else than the server does.
#pragma once
#include "api/route.hpp"

namespace api {

/// RFC 9457, as http::problem writes it.
struct Problem {
    std::string type{};
    std::string title{};
    int status = 0;
    std::string detail{};    // a sentence: what is wrong, where, what to do
    std::string instance{};  // the path
    std::string code{};      // one word, for programs
    std::string trace_id{};  // of the log
};
BOOST_DESCRIBE_STRUCT(Problem, (), (type, title, status, detail, instance, code, trace_id))

json::object openapi_document(std::span<Route const> routes, std::string const& version);

}  // namespace api
