#include "realtime/packet.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/json.hpp"

namespace realtime {

namespace {

/// Names that mean something in the clients themselves.
constexpr std::string_view reserved[] = {"connect",       "connect_error", "disconnect",
                                         "disconnecting", "newListener",   "removeListener"};

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

/// Digits at the front, taken. Nothing when there are none or too many.
std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t number = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || text.empty() || !is_digit(text.front())) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

base::Result<json::value> parse(std::string_view text) { return base::parse_json(text); }

bool has_attachments(PacketType type) {
    return type == PacketType::binary_event || type == PacketType::binary_ack;
}

bool is_event_list(json::value const& data) {
    json::array const* list = data.if_array();
    if (!list || list->empty()) return false;
    if (list->front().is_number()) return true;
    if (!list->front().is_string()) return false;
    std::string_view name = list->front().get_string();
    return std::find(std::begin(reserved), std::end(reserved), name) == std::end(reserved);
}

bool is_payload_of(PacketType type, json::value const& data, bool has_data) {
    switch (type) {
        case PacketType::connect:
            return !has_data || data.is_object();
        case PacketType::disconnect:
            return !has_data;
        case PacketType::connect_error:
            return has_data && (data.is_object() || data.is_string());
        case PacketType::event:
        case PacketType::binary_event:
            return is_event_list(data);
        case PacketType::ack:
        case PacketType::binary_ack:
            return data.is_array();
    }
    return false;
}

/// Every placeholder names an attachment that there is. (Depth is limited by the parser.)
bool placeholders_fit(json::value const& value, std::size_t attachments) {
    if (json::array const* list = value.if_array())
        return std::all_of(list->begin(), list->end(),
                           [&](json::value const& item) { return placeholders_fit(item, attachments); });
    json::object const* object = value.if_object();
    if (!object) return true;
    json::value const* marker = object->if_contains("_placeholder");
    if (marker && marker->is_bool() && marker->get_bool()) {
        auto index = placeholder_index(value);
        return index && *index < attachments;
    }
    return std::all_of(object->begin(), object->end(), [&](json::key_value_pair const& member) {
        return placeholders_fit(member.value(), attachments);
    });
}

base::Error malformed(std::string_view what) { return base::invalid(std::string(what)); }

}  // namespace

base::Result<std::optional<Packet>> Decoder::put_text(std::string_view text) {
    if (waiting_) return malformed("a text where an attachment was to come");
    if (text.empty() || text.front() < '0' || text.front() > '6')
        return malformed("a packet of unknown type");
    Packet packet;
    packet.type = static_cast<PacketType>(text.front() - '0');
    text.remove_prefix(1);
    std::size_t attachments = 0;
    if (has_attachments(packet.type)) {
        auto count = take_number(text);
        if (!count || !text.starts_with('-')) return malformed("no number of attachments");
        if (*count > most_attachments) return malformed("too many attachments");
        attachments = static_cast<std::size_t>(*count);
        text.remove_prefix(1);
    }
    if (text.starts_with('/')) {
        std::size_t end = std::min(text.find(','), text.size());
        packet.nsp = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (!text.empty() && is_digit(text.front())) {
        packet.id = take_number(text);
        if (!packet.id) return malformed("the id of an acknowledgement is too large");
    }
    bool has_data = !text.empty();
    if (has_data) {
        TRY(packet.data, parse(text));
    }
    if (!is_payload_of(packet.type, packet.data, has_data))
        return malformed("a payload that its type cannot have");
    if (has_attachments(packet.type) && !placeholders_fit(packet.data, attachments))
        return malformed("a placeholder without an attachment");
    if (attachments == 0) return std::optional(std::move(packet));
    waiting_ = std::make_unique<Packet>(std::move(packet));
    missing_ = attachments;
    return std::optional<Packet>();
}

base::Result<std::optional<Packet>> Decoder::put_binary(std::string bytes) {
    if (!waiting_) return malformed("an attachment of nothing");
    waiting_->attachments.push_back(std::move(bytes));
    if (--missing_ > 0) return std::optional<Packet>();
    auto complete = std::exchange(waiting_, {});
    return std::optional(std::move(*complete));
}

std::optional<std::uint64_t> placeholder_index(json::value const& value) {
    json::object const* object = value.if_object();
    if (!object) return {};
    json::value const* marker = object->if_contains("_placeholder");
    json::value const* number = object->if_contains("num");
    if (!marker || !marker->is_bool() || !marker->get_bool() || !number) return {};
    if (number->is_uint64()) return number->get_uint64();
    if (number->is_int64() && number->get_int64() >= 0)
        return static_cast<std::uint64_t>(number->get_int64());
    return {};
}

std::string packet_head(PacketType type, std::string_view nsp, std::optional<std::uint64_t> id,
                        std::size_t attachments) {
    std::string head{'4', static_cast<char>('0' + static_cast<int>(type))};
    if (has_attachments(type)) fmt::format_to(std::back_inserter(head), "{}-", attachments);
    if (nsp != "/") head.append(nsp).append(",");
    if (id) fmt::format_to(std::back_inserter(head), "{}", *id);
    return head;
}

}  // namespace realtime
