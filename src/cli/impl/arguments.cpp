#include "cli/impl/arguments.hpp"

#include <charconv>

namespace cli {

std::vector<std::string> words(std::string const& list) {
    std::vector<std::string> found;
    for (std::size_t begin = 0; begin <= list.size();) {
        std::size_t end = std::min(list.find(',', begin), list.size());
        if (end > begin) found.push_back(list.substr(begin, end - begin));
        begin = end + 1;
    }
    return found;
}

std::vector<int> numbers(std::string const& list) {
    std::vector<int> found;
    for (std::string const& word : words(list)) {
        int number = 0;
        auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), number);
        if (failed != std::errc{} || end != word.data() + word.size())
            throw CLI::ValidationError(
                fmt::format("\"{}\" is not a list of whole numbers like 10,50,100", list));
        found.push_back(number);
    }
    return found;
}

}  // namespace cli
