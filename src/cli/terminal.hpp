// Where commands write and what they may ask: the terminal, pipes and environment variables, passed in.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace cli {

class Terminal {
public:
    virtual ~Terminal() = default;
    virtual void out(std::string_view text) = 0;  // at once, not buffered
    virtual void err(std::string_view text) = 0;
    /// stdout is a terminal on which lines can be redrawn: not a pipe, not TERM=dumb, no NO_COLOR.
    virtual bool can_redraw() const = 0;
    virtual bool unicode() const = 0;
    virtual int columns() const = 0;
    virtual int rows() const = 0;
    /// Asks on the terminal. Errors: unavailable (there is none: stdin is a pipe or a file).
    virtual base::Result<std::string> ask(std::string_view question) = 0;
    /// The same without showing what is typed.
    virtual base::Result<std::string> ask_secret(std::string_view question) = 0;
    /// One line of stdin, whatever it is; empty at its end.
    virtual std::string read_line() = 0;
    /// All of stdin, to its end.
    virtual std::string read_all() = 0;
    virtual std::optional<std::string> variable(std::string const& name) const = 0;
};

class RealTerminal : public Terminal {
public:
    void out(std::string_view text) override;
    void err(std::string_view text) override;
    bool can_redraw() const override;
    bool unicode() const override;
    int columns() const override;
    int rows() const override;
    base::Result<std::string> ask(std::string_view question) override;
    base::Result<std::string> ask_secret(std::string_view question) override;
    std::string read_line() override;
    std::string read_all() override;
    std::optional<std::string> variable(std::string const& name) const override;
};

/// For tests: remembers what was written, answers what was planned.
class FakeTerminal : public Terminal {
public:
    void out(std::string_view text) override { output += text; }
    void err(std::string_view text) override { errors += text; }
    bool can_redraw() const override { return redraws; }
    bool unicode() const override { return true; }
    int columns() const override { return 100; }
    int rows() const override { return 40; }
    base::Result<std::string> ask(std::string_view question) override { return ask_secret(question); }
    base::Result<std::string> ask_secret(std::string_view question) override {
        asked += question;
        if (input.empty()) return base::unavailable("there is no terminal to ask on");
        return read_line();
    }
    std::string read_line() override {
        auto end = input.find('\n');
        std::string line = input.substr(0, end);
        input.erase(0, end == std::string::npos ? end : end + 1);
        return line;
    }
    std::string read_all() override { return std::exchange(input, {}); }
    std::optional<std::string> variable(std::string const& name) const override {
        auto place = variables.find(name);
        if (place == variables.end()) return {};
        return place->second;
    }

    std::string output{}, errors{}, asked{}, input{};
    std::map<std::string, std::string> variables{};
    bool redraws = false;
};

}  // namespace cli
