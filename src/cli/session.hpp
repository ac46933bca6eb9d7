// What every command needs, and how it tells what it has got.
#pragma once
#include "base/files.hpp"
#include "base/random.hpp"
#include "cli/exit_code.hpp"
#include "cli/portal.hpp"
#include "cli/terminal.hpp"

namespace cli {

enum class Output { text, json };
BOOST_DESCRIBE_ENUM(Output, text, json)

/// Options that every client command has.
struct ClientOptions {
    ProfileOptions profile{};
    Output output = Output::text;
};

struct Session {
    ClientOptions options{};
    Portal portal;
    base::Files& files;
    base::Random& random;
    Terminal& terminal;
    std::string following{};  // the deployment that is waited for: what Ctrl-C tells how to see again

    bool json() const { return options.output == Output::json; }
    /// Prints text for people; machines read nothing but what the server said.
    void say(std::string_view text) {
        if (!json()) terminal.out(text);
    }
    /// Tells the error and gives its exit code. With --output json the server's problem document goes to
    /// stdout.
    int fail(base::Error const& error);
};

inline int code(ExitCode value) { return static_cast<int>(value); }

}  // namespace cli
