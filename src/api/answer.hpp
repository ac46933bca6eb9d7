// Answers: JSON with an entity tag, and problems (RFC 9457).
#pragma once
#include "base/error.hpp"
#include "http/message.hpp"

namespace api {

struct Call;

inline constexpr char const* json_type = "application/json";

/// A success. An answer to GET carries an entity tag; one that the client has already is 304 without a body.
http::Response json_answer(Call& call, int status, std::string body);
/// The same from a text that others share, whose tag is known.
http::Response json_answer(Call& call, std::shared_ptr<std::string const> body, std::string const& tag);
/// Adds what the handler has set in `call.fields`.
http::Response with_fields(Call& call, http::Response response);

/// The status that stands for an error's code: one table for all routes.
int status_of(base::Errc code);
/// A problem document. An internal error keeps its detail for the log.
http::Response problem(http::Request const& request, base::Error const& error);

}  // namespace api
