// Names that nobody guesses and that never come twice.
#pragma once
#include <array>

#include "base/base64.hpp"
#include "realtime/settings.hpp"

namespace realtime::impl {

class Ids {
public:
    explicit Ids(FillWithSecrets fill) : fill_(std::move(fill)) {}

    /// 20 letters: twelve secret bytes and a counter. (Other programs tell private rooms by that length.)
    std::string make() {
        std::array<unsigned char, 15> bytes{};
        fill_(std::span(bytes).first(12));
        ++count_;
        for (std::size_t i = 0; i < 3; ++i) bytes[12 + i] = static_cast<unsigned char>(count_ >> (8 * i));
        return base::to_base64url({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
    }

private:
    FillWithSecrets fill_;
    std::uint64_t count_ = 0;
};

}  // namespace realtime::impl
