// Columns of text that stand under each other.
#pragma once
#include <string>
#include <vector>

namespace cli {

class Table {
public:
    explicit Table(std::vector<std::string> heads) : rows_{std::move(heads)} {}
    /// As many cells as heads. They are made printable.
    void add(std::vector<std::string> cells);
    /// Without spaces at the ends.
    std::vector<std::string> lines() const;
    bool empty() const { return rows_.size() == 1; }

private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace cli
