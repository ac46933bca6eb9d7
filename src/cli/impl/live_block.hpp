// A few lines on a terminal that are drawn again and again in the same place.
#pragma once
#include <vector>

#include "cli/terminal.hpp"

namespace cli {

class LiveBlock {
public:
    explicit LiveBlock(Terminal& terminal) : terminal_(terminal) {}
    /// Lines must not be wider than the terminal; those beyond its height are left out.
    void draw(std::vector<std::string> const& lines);

private:
    Terminal& terminal_;
    std::size_t drawn_ = 0;
};

}  // namespace cli
