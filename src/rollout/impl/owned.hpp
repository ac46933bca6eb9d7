// Things of many owners, found by one.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace rollout::impl {

/// Parts by their owner's name. A part has a name of its own, by which it is replaced and removed.
template <class Part>
class Owned {
public:
    std::map<std::string, Part> const& of(std::string const& owner) const {
        static std::map<std::string, Part> const none;
        auto found = by_owner_.find(owner);
        return found == by_owner_.end() ? none : found->second;
    }
    void put(std::string const& name, std::string const& owner, Part part) {
        remove(name);
        owners_[name] = owner;
        by_owner_[owner][name] = std::move(part);
    }
    void remove(std::string const& name) {
        auto owner = owners_.find(name);
        if (owner == owners_.end()) return;
        auto parts = by_owner_.find(owner->second);
        parts->second.erase(name);
        if (parts->second.empty()) by_owner_.erase(parts);
        owners_.erase(owner);
    }
    template <class Is>
    void remove_if(Is is) {
        std::vector<std::string> names;
        for (auto const& [owner, parts] : by_owner_)
            for (auto const& [name, part] : parts)
                if (is(part)) names.push_back(name);
        for (std::string const& name : names) remove(name);
    }

private:
    std::map<std::string, std::map<std::string, Part>> by_owner_{};
    std::map<std::string, std::string> owners_{};
};

}  // namespace rollout::impl
