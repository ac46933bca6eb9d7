#include "realtime/impl/send_queue.hpp"

namespace realtime::impl {

namespace {
constexpr std::size_t room_to_keep =
    8;  // items: ten thousand clients must not keep the room of their worst moment
}

void SendQueue::push(SharedPacket packet, bool can_be_dropped) {
    bytes_ += packet->frame().size();
    items_.push_back({std::move(packet), {}, can_be_dropped});
}

std::size_t SendQueue::drop_what_can_be() {
    auto goes = [this](Item const& item) {
        bool drop = item.packet && item.can_be_dropped && item.frame.empty();
        if (drop) bytes_ -= item.packet->frame().size();
        return drop;
    };
    return std::erase_if(items_, goes);
}

base::GatherList SendQueue::gather(bool compressed, std::size_t compress_from_bytes) {
    std::array<asio::const_buffer, base::GatherList::most> list{};
    std::size_t count = std::min(items_.size() - first_, list.size());
    for (std::size_t i = 0; i < count; ++i) {
        Item& item = items_[first_ + i];
        if (item.frame.empty())
            item.frame =
                compressed ? item.packet->compressed_frame(compress_from_bytes) : item.packet->frame();
        list[i] = asio::buffer(i == 0 ? item.frame.substr(offset_) : item.frame);
    }
    return base::GatherList(list);
}

void SendQueue::consume(std::size_t bytes) {
    offset_ += bytes;
    while (!empty() && !items_[first_].frame.empty() && offset_ >= items_[first_].frame.size()) {
        offset_ -= items_[first_].frame.size();
        pop();
    }
}

void SendQueue::pop() {
    bytes_ -= items_[first_].packet->frame().size();
    items_[first_++].packet.reset();
    if (!empty()) {
        // Erased now and then, so that it costs nothing for each.
        if (first_ >= 64 && first_ * 2 >= items_.size()) {
            items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(first_));
            first_ = 0;
        }
        return;
    }
    first_ = 0;
    items_.clear();
    if (items_.capacity() > room_to_keep) items_ = std::vector<Item>();
}

void SendQueue::take_over(SendQueue& other) {
    for (Item& item : other.items_) push(std::move(item.packet), item.can_be_dropped);
    other = {};
}

std::string SendQueue::take_payload() {
    std::string payload;
    for (Item const& item : items_) item.packet->append_to_payload(payload);
    *this = {};
    return payload;
}

}  // namespace realtime::impl
