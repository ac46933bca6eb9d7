// Results and errors: what a caller can do next decides the code, nothing else does.
#pragma once
#include <boost/system/result.hpp>
#include <string>
#include <string_view>

namespace base {

/// invalid: correct the input. unauthenticated: log in. forbidden: ask for the right. not_found, conflict:
/// look again. unavailable, timed_out: try again later. unsupported: do something else. internal: give up,
/// tell us.
enum class Errc {
    invalid,
    unauthenticated,
    forbidden,
    not_found,
    conflict,
    unavailable,
    timed_out,
    unsupported,
    internal
};

struct Error {
    Errc code = Errc::internal;
    std::string message{};  // for the user: what happened, where, what to do
    std::string detail{};   // for the log
    bool operator==(Error const&) const = default;
};

/// For value() of a failed Result: an exception that carries the Error.
struct ErrorException : std::exception {
    explicit ErrorException(Error what_failed) : error(std::move(what_failed)) {}
    char const* what() const noexcept override { return error.message.c_str(); }
    Error error;
};
[[noreturn]] inline void throw_exception_from_error(Error const& error, boost::source_location const&) {
    throw ErrorException(error);
}

template <class T>
using Result = boost::system::result<T, Error>;

/// "not_found" for Errc::not_found: the word in logs and problem documents.
std::string_view name(Errc code);

inline Error invalid(std::string message) { return {Errc::invalid, std::move(message)}; }
inline Error not_found(std::string message) { return {Errc::not_found, std::move(message)}; }
inline Error conflict(std::string message) { return {Errc::conflict, std::move(message)}; }
inline Error unavailable(std::string message, std::string detail = {}) {
    return {Errc::unavailable, std::move(message), std::move(detail)};
}

}  // namespace base

#define PILOTHOUSE_CONCAT_(a, b) a##b
#define PILOTHOUSE_CONCAT(a, b) PILOTHOUSE_CONCAT_(a, b)
#define PILOTHOUSE_TRY_(result, declaration, expression, leave) \
    auto result = (expression);                                 \
    if (!result) leave std::move(result).error();               \
    declaration = std::move(result).value()
/// TRY(Split now, split());  CO_TRY(Split now, co_await router.split());  both declare. (A statement
/// expression around co_await crashes g++ 12.)
#define TRY(declaration, ...) \
    PILOTHOUSE_TRY_(PILOTHOUSE_CONCAT(result_, __LINE__), declaration, (__VA_ARGS__), return)
#define CO_TRY(declaration, ...) \
    PILOTHOUSE_TRY_(PILOTHOUSE_CONCAT(result_, __LINE__), declaration, (__VA_ARGS__), co_return)
/// For Result<void>.
#define TRY_VOID(...) \
    if (auto result = (__VA_ARGS__); !result) return std::move(result).error()
#define CO_TRY_VOID(...) \
    if (auto result = (__VA_ARGS__); !result) co_return std::move(result).error()
