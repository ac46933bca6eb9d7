#include "base/json_diff.hpp"

#include "base/json_patch.hpp"

namespace base {

namespace {

class Comparison {
public:
    void compare(std::string const& pointer, json::value const& before, json::value const& after) {
        if (before == after) return;
        if (before.is_object() && after.is_object())
            return compare_members(pointer, before.get_object(), after.get_object());
        if (before.is_array() && after.is_array() && before.get_array().size() == after.get_array().size())
            return compare_elements(pointer, before.get_array(), after.get_array());
        found_.push_back({pointer, before, after});
    }
    std::vector<Difference> take() { return std::move(found_); }

private:
    void compare_members(std::string const& pointer, json::object const& before, json::object const& after) {
        for (auto const& member : before) {
            std::string const place = pointer + "/" + pointer_token(member.key());
            if (json::value const* other = after.if_contains(member.key()))
                compare(place, member.value(), *other);
            else
                found_.push_back({place, member.value(), {}});
        }
        for (auto const& member : after)
            if (!before.contains(member.key()))
                found_.push_back({pointer + "/" + pointer_token(member.key()), {}, member.value()});
    }
    void compare_elements(std::string const& pointer, json::array const& before, json::array const& after) {
        for (std::size_t i = 0; i < before.size(); ++i)
            compare(fmt::format("{}/{}", pointer, i), before[i], after[i]);
    }

    std::vector<Difference> found_;
};

}  // namespace

std::vector<Difference> differences(json::value const& before, json::value const& after) {
    Comparison comparison;
    comparison.compare("", before, after);
    return comparison.take();
}

}  // namespace base
