// Types of our own as options of CLI11.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "base/json.hpp"

namespace cli {

/// An option for a duration ("30s"), an enumeration ("blue-green"), or any field that JSON text stands for.
template <class T>
CLI::Option* add_field(CLI::App& command, std::string const& name, T& into, std::string const& about) {
    CLI::callback_t read = [&into](CLI::results_t const& given) {
        auto read_one = base::read_json(base::json::value(base::json::string(given.back())), into, "");
        if (!read_one) throw CLI::ValidationError(read_one.error().message.substr(2));
        return true;
    };
    return command.add_option(name, read, about)->expected(1)->take_last();
}

/// "10,50,100" as numbers. Errors: CLI::ValidationError.
std::vector<int> numbers(std::string const& list);
/// "web,api" as words.
std::vector<std::string> words(std::string const& list);

}  // namespace cli
