// The text of a file: bytes to lines and columns, and what may not be in it.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

namespace config {

struct Place {
    int line = 1, column = 1;  // the column counts characters
};

class Text {
public:
    explicit Text(std::string_view text);
    std::string_view bytes() const { return text_; }
    Place place(std::size_t offset) const;
    std::size_t offset(Place place) const;
    /// Where a byte stands that is not UTF-8, or a control character: the parser would take it for the end of
    /// the file.
    std::optional<std::size_t> find_foreign() const;

private:
    std::string_view text_;
    std::vector<std::size_t> lines_{0};  // where each begins
};

}  // namespace config
