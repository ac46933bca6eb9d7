#include "k8s/credential.hpp"

#include <fmt/format.h>

#include "base/offload.hpp"

namespace k8s {

namespace {

constexpr Duration fresh_for = 1min;

std::string trim(std::string text) {
    constexpr std::string_view blank = " \t\r\n";
    text.erase(text.find_last_not_of(blank) + 1);
    text.erase(0, std::min(text.find_first_not_of(blank), text.size()));
    return text;
}

/// A result that can be made without a value, as `offload` wants it.
using Text = std::optional<base::Result<std::string>>;

}  // namespace

awaitable<base::Result<Identity>> TokenFile::current() {
    SteadyTime now = clock_.now();
    if (identity_ && now - read_at_ < fresh_for) co_return *identity_;
    auto read = [&files = files_, path = path_] { return Text(files.read(path)); };
    Text text = co_await base::offload(workers_, read);
    if (!*text && identity_) co_return *identity_;
    if (!*text) co_return text->error();
    std::string token = trim(std::move(**text));
    if (token.empty() && identity_) co_return *identity_;
    if (token.empty()) co_return base::invalid(fmt::format("the token file {} is empty", path_));
    read_at_ = now;
    identity_ = Identity{.token = std::move(token)};
    co_return *identity_;
}

bool TokenFile::refused() {
    bool just_read = clock_.now() == read_at_;
    read_at_ = SteadyTime{} - fresh_for;
    return identity_.has_value() && !just_read;
}

}  // namespace k8s
