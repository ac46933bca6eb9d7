// Answers that stay true for a while, serialised once and sent without a copy.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "api/digest.hpp"

namespace api {

/// Within one of these an answer stays the same.
struct Moment {
    std::uint64_t revision = 0;
    std::chrono::time_point<std::chrono::steady_clock, std::chrono::seconds> second{};
    bool operator==(Moment const&) const = default;
};

struct Reply {
    std::shared_ptr<std::string const> body{};
    std::string tag{};
};

class ReplyCache {
public:
    /// The reply to this question now; `make() -> std::string` writes it when it is not there. Valid until
    /// the next call.
    template <class Make>
    Reply const& find(Moment now, std::string_view question, Make make) {
        if (now != moment_ || replies_.size() >= most_questions) replies_.clear();
        moment_ = now;
        auto place = replies_.find(question);
        if (place == replies_.end()) {
            auto body = std::make_shared<std::string const>(make());
            std::string tag = entity_tag(*body);
            place = replies_.emplace(question, Reply{std::move(body), std::move(tag)}).first;
        }
        return place->second;
    }

private:
    static constexpr std::size_t most_questions = 64;
    Moment moment_{};
    std::map<std::string, Reply, std::less<>> replies_;
};

}  // namespace api
