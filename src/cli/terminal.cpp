#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <utility>

namespace cli {

namespace {

void write_all(int file, std::string_view text) {
    while (!text.empty()) {
        ssize_t written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;  // nobody reads any more: a pager was closed, the disk is full
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// Switches the echo off for as long as it lives.
class WithoutEcho {
public:
    WithoutEcho() {
        ::tcgetattr(STDIN_FILENO, &before_);
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    WithoutEcho(WithoutEcho const&) = delete;
    ~WithoutEcho() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }

private:
    termios before_{};
};

struct Window {
    int columns = 80;
    int rows = 24;
};

Window window() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0)
        return {size.ws_col, size.ws_row};
    return {};
}

base::Error no_terminal() { return base::unavailable("there is no terminal to ask on: stdin is not one"); }

}  // namespace

void RealTerminal::out(std::string_view text) { write_all(STDOUT_FILENO, text); }
void RealTerminal::err(std::string_view text) { write_all(STDERR_FILENO, text); }

bool RealTerminal::can_redraw() const {
    return ::isatty(STDOUT_FILENO) != 0 && variable("TERM").value_or("dumb") != "dumb" &&
           variable("NO_COLOR").value_or("").empty();
}

bool RealTerminal::unicode() const {
    for (char const* name : {"LC_ALL", "LC_CTYPE", "LANG"})
        if (auto value = variable(name); value && !value->empty())
            return value->find("UTF-8") != std::string::npos || value->find("utf8") != std::string::npos;
    return false;
}

int RealTerminal::columns() const { return window().columns; }
int RealTerminal::rows() const { return window().rows; }

base::Result<std::string> RealTerminal::ask(std::string_view question) {
    if (::isatty(STDIN_FILENO) == 0) return no_terminal();
    err(question);
    return read_line();
}

base::Result<std::string> RealTerminal::ask_secret(std::string_view question) {
    if (::isatty(STDIN_FILENO) == 0) return no_terminal();
    err(question);
    std::string line;
    {
        WithoutEcho silent;
        line = read_line();
    }
    err("\n");
    return line;
}

std::string RealTerminal::read_all() {
    return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

std::string RealTerminal::read_line() {
    std::string line;
    std::getline(std::cin, line);
    return line;
}

std::optional<std::string> RealTerminal::variable(std::string const& name) const {
    char const* value = std::getenv(name.c_str());
    if (!value) return {};
    return std::string(value);
}

}  // namespace cli
