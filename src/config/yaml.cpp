#include "config/yaml.hpp"

namespace config {

namespace {

constexpr std::size_t most_problems = 100;  // more help nobody

}  // namespace

std::vector<Field> written_fields(Node const& mapping) {
    std::vector<Field> fields;
    for (std::size_t i = 0; i + 1 < mapping.children.size(); i += 2)
        fields.push_back({mapping.children[i], mapping.children[i + 1]});
    return fields;
}

void Report::add(std::size_t offset, std::string message) {
    if (problems_.size() < most_problems && !problems_.contains(offset))
        problems_.emplace(offset, std::move(message));
}

void Report::add_missing(Node const& from, std::string message) {
    if (problems_.size() < most_problems) problems_.emplace(from.begin, std::move(message));
}

bool Report::has_within(Node const& node) const {
    auto first = problems_.lower_bound(node.begin);
    return first != problems_.end() && first->first < node.end;
}

std::vector<Problem> Report::placed(Messages const& messages) const {
    std::vector<Problem> problems;
    for (auto const& [offset, message] : messages) {
        Place place = text_.place(offset);
        problems.push_back({file_, place.line, place.column, message});
    }
    return problems;
}

}  // namespace config
