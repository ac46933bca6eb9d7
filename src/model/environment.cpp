#include "model/environment.hpp"

namespace model {

namespace {

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alphanumeric(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

/// The two structs describe the same fields in the same order, once as they are and once optional.
template <class Overrides, class Settings>
void apply_fields(Overrides const& overrides, Settings& settings) {
    boost::mp11::mp_for_each<base::MembersOf<Settings>>([&](auto to) {
        boost::mp11::mp_for_each<base::MembersOf<Overrides>>([&](auto from) {
            if constexpr (std::string_view(to.name) == std::string_view(from.name))
                if (overrides.*from.pointer) settings.*to.pointer = *(overrides.*from.pointer);
        });
    });
}

}  // namespace

std::string_view kind_of(Target const& target) {
    return target.host ? "host" : target.kubernetes ? "kubernetes" : "sample";
}

bool is_name(std::string_view text) {
    if (text.empty() || text.size() > 63 || !is_lower_or_digit(text.front()) ||
        !is_lower_or_digit(text.back()))
        return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

base::Result<void> check_version(std::string_view version) {
    bool fine = !version.empty() && version.size() <= 128 && is_alphanumeric(version.front()) &&
                version.find("..") == std::string_view::npos &&
                std::all_of(version.begin(), version.end(), [](char c) {
                    return is_alphanumeric(c) || c == '.' || c == '_' || c == '+' || c == '-';
                });
    if (fine) return {};
    return base::invalid(
        "version: must begin with a letter or digit and hold only letters, digits and . _ + - (at most 128, "
        "no \"..\")");
}

base::Result<void> check(StrategySettings const& settings, std::string const& path) {
    auto at = [&](char const* field) { return base::member_path(path, field); };
    int last = 0;
    for (int weight : settings.weights_percent) {
        if (weight <= last || weight > 100)
            return base::invalid(fmt::format("{}: must rise from 1 to 100, like [10, 25, 50, 75, 100]",
                                             at("weights_percent")));
        last = weight;
    }
    if (last != 100) return base::invalid(fmt::format("{}: must end with 100", at("weights_percent")));
    for (int gate : settings.gates_percent)
        if (gate < 1 || gate > 100)
            return base::invalid(fmt::format("{}: must be from 1 to 100", at("gates_percent")));
    if (settings.surge == 0 && settings.unavailable == 0)
        return base::invalid(fmt::format("{}: surge and unavailable cannot both be 0", at("surge")));
    return {};
}

void apply(StrategyOverrides const& overrides, StrategySettings& settings) {
    apply_fields(overrides, settings);
}
void apply(JudgeOverrides const& overrides, JudgeSettings& settings) { apply_fields(overrides, settings); }

}  // namespace model
