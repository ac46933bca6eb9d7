// One TCP connection of the demo's traffic: at most one request at a time.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <string>

#include "base/asio.hpp"
#include "cli/impl/answer_reader.hpp"

namespace cli {

class Connection {
public:
    explicit Connection(Executor const& executor) : socket_(executor) {}
    /// Empty, or why not, as a sentence.
    awaitable<std::string> connect(asio::ip::tcp::endpoint to);
    /// Sends and reads the whole answer. Empty, or why there is none, as a sentence.
    awaitable<std::string> exchange(std::string const& request);
    Answer& answer() { return reader_.answer(); }
    /// True when the other side closed (or said anything) while nothing was asked: looks at what has arrived
    /// by now.
    bool closed_by_other_side();
    /// What runs on it ends at once, with `why`.
    void give_up(std::string why);

    SteadyTime deadline{};  // of the request under way; whoever owns the connection watches it

private:
    std::string explain(error_code problem, std::string_view otherwise) const;
    asio::ip::tcp::socket socket_;
    AnswerReader reader_{};
    std::string given_up_{};
};

}  // namespace cli
