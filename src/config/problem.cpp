#include "config/problem.hpp"

#include <fmt/format.h>

namespace config {

std::string say(Problem const& problem) {
    return fmt::format("{}:{}:{}: {}", problem.file, problem.line, problem.column, problem.message);
}

std::string say(std::vector<Problem> const& problems) {
    std::string text;
    for (Problem const& problem : problems) {
        if (!text.empty()) text += '\n';
        text += say(problem);
    }
    return text;
}

}  // namespace config
