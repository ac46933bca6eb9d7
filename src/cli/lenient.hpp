// Answers may hold fields that this program does not know yet: they are left out before reading.
#pragma once
#include "base/json.hpp"

namespace cli {

template <class T>
void keep_known(base::json::value& value);

template <class T>
void keep_known_members(base::json::object& object) {
    base::json::object kept;
    boost::mp11::mp_for_each<base::MembersOf<T>>([&](auto d) {
        using Member = std::remove_cvref_t<decltype(std::declval<T>().*d.pointer)>;
        auto* member = object.if_contains(base::field_name(d.name));
        if (!member) return;
        keep_known<Member>(*member);
        kept[base::field_name(d.name)] = std::move(*member);
    });
    object = std::move(kept);
}

template <class T>
void keep_known(base::json::value& value) {
    if constexpr (base::is_optional<T>) {
        keep_known<typename T::value_type>(value);
    } else if constexpr (base::is_vector<T>) {
        if (auto* list = value.if_array())
            for (auto& item : *list) keep_known<typename T::value_type>(item);
    } else if constexpr (base::is_map<T>) {
        if (auto* object = value.if_object())
            for (auto& [key, item] : *object) keep_known<typename T::mapped_type>(item);
    } else if constexpr (!base::is_id<T> && base::Described<T>) {
        if (auto* object = value.if_object()) keep_known_members<T>(*object);
    }
}

}  // namespace cli
