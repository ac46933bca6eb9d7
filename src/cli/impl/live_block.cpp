#include "cli/impl/live_block.hpp"

#include <fmt/format.h>

namespace cli {

void LiveBlock::draw(std::vector<std::string> const& lines) {
    std::size_t const room = static_cast<std::size_t>(std::max(2, terminal_.rows())) - 1;
    std::size_t const count = std::min(lines.size(), room);
    std::string text = drawn_ > 0 ? fmt::format("\x1b[{}A", drawn_) : "";
    for (std::size_t i = 0; i < count; ++i) text += "\r\x1b[2K" + lines[i] + "\n";
    text += "\x1b[J";  // what is left of a longer block
    terminal_.out(text);
    drawn_ = count;
}

}  // namespace cli
