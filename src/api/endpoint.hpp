// From a handler's signature to all that dispatch and the OpenAPI document need: what it reads, what it
// answers.
//
//     awaitable<Result<model::PlanView>> plan(Call& call, Body<model::DeployRequest> body);
#pragma once
#include "api/answer.hpp"
#include "api/call.hpp"
#include "api/input.hpp"
#include "api/shape.hpp"

namespace api {

/// An answer that the handler has made itself, fields and all; its body reads as one of T.
template <class... T>
struct Ready {
    http::Response response{};
};

/// How a handler is called, and its shapes.
struct Endpoint {
    using Run = awaitable<Result<http::Response>> (*)(Call& call, int status);
    Run run = nullptr;
    Shape query{}, body{};
    std::vector<Shape> answers{};
};

namespace detail {

template <class T>
struct Input;
template <class T>
struct Input<Query<T>> {
    static Result<Query<T>> take(Call& call) { return read_query<T>(call.request); }
    static void describe(Endpoint& endpoint) { endpoint.query = shape_of<T>(); }
};
template <class T>
struct Input<Body<T>> {
    static Result<Body<T>> take(Call& call) { return read_body<T>(call.request); }
    static void describe(Endpoint& endpoint) { endpoint.body = shape_of<T>(); }
};

template <class T>
struct Output {
    static http::Response make(Call& call, int status, T const& value) {
        return json_answer(call, status, base::to_text(value));
    }
    static void describe(Endpoint& endpoint) { endpoint.answers = {shape_of<T>()}; }
};
template <class... T>
struct Output<Ready<T...>> {
    static http::Response make(Call&, int, Ready<T...>& ready) { return std::move(ready.response); }
    static void describe(Endpoint& endpoint) { endpoint.answers = {shape_of<T>()...}; }
};
/// No content.
struct Nothing {};
template <>
struct Output<Nothing> {
    static http::Response make(Call& call, int status, Nothing const&) {
        return with_fields(call, {.status = status});
    }
    static void describe(Endpoint&) {}
};

template <auto handler, class Answer, class... In>
awaitable<Result<http::Response>> run(Call& call, int status) {
    std::tuple<Result<In>...> inputs{Input<In>::take(call)...};
    std::optional<Error> wrong;
    auto first_wrong = [&](auto const&... input) {
        ((!wrong && !input ? void(wrong = input.error()) : void()), ...);
    };
    std::apply(first_wrong, inputs);
    if (wrong) co_return std::move(*wrong);
    auto start = [&](auto&... input) { return handler(call, std::move(*input)...); };
    awaitable<Result<Answer>> work = std::apply(start, inputs);
    Result<Answer> answer = co_await std::move(work);
    if (!answer) co_return std::move(answer).error();
    co_return Output<Answer>::make(call, status, *answer);
}

template <auto handler, class Answer, class... In>
Endpoint describe(awaitable<Result<Answer>> (*)(Call&, In...)) {
    Endpoint endpoint{.run = &run<handler, Answer, In...>};
    (Input<In>::describe(endpoint), ...);
    Output<Answer>::describe(endpoint);
    return endpoint;
}

}  // namespace detail

using detail::Nothing;

template <auto handler>
Endpoint endpoint() {
    return detail::describe<handler>(handler);
}

}  // namespace api
