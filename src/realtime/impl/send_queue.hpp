// What waits to be sent to one client: shared packets, in order, counted in bytes.
#pragma once
#include <vector>

#include "base/stream.hpp"
#include "realtime/engine_packet.hpp"

namespace realtime::impl {

class SendQueue {
public:
    void push(SharedPacket packet, bool can_be_dropped);
    bool empty() const { return items_.size() == first_; }
    std::size_t bytes() const { return bytes_; }
    /// Drops those that can be and have not been begun; returns how many.
    std::size_t drop_what_can_be();

    /// The next frames. They stay until they are consumed; those handed out are not dropped.
    base::GatherList gather(bool compressed, std::size_t compress_from_bytes);
    /// So many bytes of what was gathered have been sent.
    void consume(std::size_t bytes);

    /// Appends all of `other`, none of which was gathered, and empties it.
    void take_over(SendQueue& other);
    /// All of them as the body of a polling answer; empties the queue.
    std::string take_payload();

private:
    struct Item {
        SharedPacket packet{};
        std::string_view frame{};  // once gathered
        bool can_be_dropped = false;
    };
    void pop();

    std::vector<Item> items_{};
    std::size_t first_ = 0;   // those before it were sent
    std::size_t offset_ = 0;  // of the first frame, sent
    std::size_t bytes_ = 0;   // waiting, as frames that are not compressed
};

}  // namespace realtime::impl
