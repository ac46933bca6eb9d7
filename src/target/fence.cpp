#include "target/fence.hpp"

#include <fmt/format.h>

#include <charconv>

namespace target {

base::Result<void> pass_fence(base::Files& files, std::string const& folder, std::int64_t epoch) {
    std::string path = folder + "/fence";
    std::int64_t stored = 0;
    auto text = files.read(path);
    if (!text && text.error().code != base::Errc::not_found) return text.error();
    if (text) std::from_chars(text->data(), text->data() + text->size(), stored);
    if (stored > epoch)
        return base::conflict(
            fmt::format("another portal has taken over {}: its epoch is {}, ours {}", folder, stored, epoch));
    if (text && stored == epoch) return {};
    return files.write(path, fmt::format("{}\n", epoch));
}

}  // namespace target
