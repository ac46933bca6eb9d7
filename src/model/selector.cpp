#include "model/selector.hpp"

#include <fmt/format.h>

namespace model {

namespace {

bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_of_name(char c) { return begins_name(c) || (c >= '0' && c <= '9'); }
bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

/// Reads a selector from the left; each part is taken if it is there.
class Reader {
public:
    explicit Reader(std::string_view text) : left_(text) {}

    bool ends() {
        skip_spaces();
        return left_.empty();
    }
    bool take(std::string_view what) {
        skip_spaces();
        if (!left_.starts_with(what)) return false;
        left_.remove_prefix(what.size());
        return true;
    }
    bool take_name(bool with_colons) {
        skip_spaces();
        auto belongs = [&](char c) { return is_of_name(c) || (with_colons && c == ':'); };
        if (left_.empty() || !(begins_name(left_.front()) || (with_colons && left_.front() == ':')))
            return false;
        while (!left_.empty() && belongs(left_.front())) left_.remove_prefix(1);
        return true;
    }
    bool take_string() {
        skip_spaces();
        if (left_.empty() || !is_quote(left_.front())) return false;
        char const quote = left_.front();
        for (std::size_t i = 1; i < left_.size(); ++i) {
            if (left_[i] == '\\' && quote != '`') {
                ++i;
            } else if (left_[i] == quote) {
                left_.remove_prefix(i + 1);
                return true;
            }
        }
        return false;
    }
    bool take_matchers() {
        if (!take("{")) return false;
        while (!take("}")) {
            bool const has_operator =
                take_name(false) && (take("=~") || take("!~") || take("!=") || take("="));
            if (!has_operator || !take_string()) return false;
            if (!take(",")) return take("}");
        }
        return true;
    }

private:
    void skip_spaces() {
        while (!left_.empty() && (left_.front() == ' ' || left_.front() == '\n' || left_.front() == '\t'))
            left_.remove_prefix(1);
    }

    std::string_view left_;
};

bool is_selector(std::string_view text) {
    Reader reader(text);
    bool const has_name = reader.take_name(true);
    if (has_name && reader.ends()) return true;
    return reader.take_matchers() && reader.ends();
}

}  // namespace

std::string fill_selector(std::string_view selector, SelectorNames const& names) {
    std::pair<std::string_view, std::string const&> const known[] = {{"{namespace}", names.namespace_},
                                                                     {"{service}", names.service},
                                                                     {"{color}", names.color},
                                                                     {"{deployment}", names.deployment}};
    std::string filled;
    while (!selector.empty()) {
        bool found = false;
        for (auto const& [placeholder, name] : known)
            if (selector.starts_with(placeholder)) {
                filled += name;
                selector.remove_prefix(placeholder.size());
                found = true;
                break;
            }
        if (found) continue;
        filled += selector.front();
        selector.remove_prefix(1);
    }
    return filled;
}

base::Result<void> check_selector(std::string_view selector) {
    if (selector.size() <= 1000 && is_selector(fill_selector(selector, {"n", "s", "blue", "d"}))) return {};
    return base::invalid(
        fmt::format("must select counters, by a name and matchers as in PromQL and nothing around them, like "
                    "{}; no sum() or "
                    "rate(): they are added up here, because a sum hides that one of them began again",
                    R"(http_requests_total{job="web",pod=~"{deployment}-.+"})"));
}

}  // namespace model
