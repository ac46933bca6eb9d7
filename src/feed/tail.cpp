#include "feed/tail.hpp"

#include "base/json.hpp"

namespace feed {

std::string envelope_of(model::Event const& event) {
    base::json::object envelope{{"topic", event.topic},
                                {"seq", event.seq},
                                {"prev_seq", event.prev_seq},
                                {"entity", event.entity},
                                {"kind", base::enum_name(event.kind)},
                                {"payload", event.payload},
                                {"actor", event.actor},
                                {"time", base::format_time(event.time)}};
    return base::to_text(base::json::value(std::move(envelope)));
}

Told tell(model::Event const& event) { return {event.seq, event.topic, event.name, envelope_of(event)}; }

void Tail::add(Told told) {
    newest_ = told.seq;
    bytes_ += told.envelope.size();
    kept_.push_back(std::move(told));
    while (kept_.size() > 1 && (kept_.size() > most_events_ || bytes_ > most_bytes_)) {
        floor_ = kept_.front().seq;
        bytes_ -= kept_.front().envelope.size();
        kept_.pop_front();
    }
}

void Tail::restart(std::int64_t seq) {
    kept_.clear();
    bytes_ = 0;
    floor_ = newest_ = seq;
}

std::vector<Told const*> Tail::after(std::int64_t seq, std::string_view room) const {
    std::vector<Told const*> found;
    auto is_later = [](std::int64_t value, Told const& told) { return value < told.seq; };
    for (auto it = std::upper_bound(kept_.begin(), kept_.end(), seq, is_later); it != kept_.end(); ++it)
        if (it->is_for(room)) found.push_back(&*it);
    return found;
}

}  // namespace feed
