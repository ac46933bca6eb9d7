// What is wrong with a file, and where.
#pragma once
#include <string>
#include <vector>

namespace config {

struct Problem {
    std::string file{};
    int line = 0, column = 0;  // from 1; the column counts characters
    std::string message{};     // says what would be right
    bool operator==(Problem const&) const = default;
};

/// "environments.yaml:12:7: replicas: must be from 1 to 100"
std::string say(Problem const& problem);
/// One a line, in the order of the file.
std::string say(std::vector<Problem> const& problems);

}  // namespace config
