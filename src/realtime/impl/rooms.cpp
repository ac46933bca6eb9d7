#include "realtime/impl/rooms.hpp"

#include <algorithm>

#include "realtime/socket.hpp"

namespace realtime::impl {

namespace {

Rooms::List const nobody{};

}  // namespace

// A friend of Socket's, so that the comparison can see the number.
struct Rooms::Order {
    bool operator()(Socket const* a, Socket const* b) const { return a->number_ < b->number_; }
};

namespace {

template <class Order>
void insert(Rooms::List& list, Socket& socket, Order order) {
    auto place = std::lower_bound(list.begin(), list.end(), &socket, order);
    if (place == list.end() || *place != &socket) list.insert(place, &socket);
}

template <class Order>
void erase(Rooms::List& list, Socket& socket, Order order) {
    auto place = std::lower_bound(list.begin(), list.end(), &socket, order);
    if (place != list.end() && *place == &socket) list.erase(place);
}

}  // namespace

void Rooms::add(Socket& socket) {
    insert(all_, socket, Order());
    by_id_.emplace(socket.id(), List{&socket});
}

void Rooms::remove(Socket& socket) {
    erase(all_, socket, Order());
    if (auto own = by_id_.find(socket.id()); own != by_id_.end() && own->second.front() == &socket)
        by_id_.erase(own);
    for (std::string const& room : socket.rooms_) {
        auto found = rooms_.find(room);
        if (found == rooms_.end()) continue;
        erase(found->second, socket, Order());
        if (found->second.empty()) rooms_.erase(found);
    }
}

void Rooms::join(Socket& socket, std::string const& room) {
    if (socket.rooms_.insert(room).second) insert(rooms_[room], socket, Order());
}

void Rooms::leave(Socket& socket, std::string const& room) {
    if (socket.rooms_.erase(room) == 0) return;
    auto found = rooms_.find(room);
    erase(found->second, socket, Order());
    if (found->second.empty()) rooms_.erase(found);
}

std::size_t Rooms::size_of(std::string_view room) const { return list_of(room).size(); }

Rooms::List const& Rooms::list_of(std::string_view room) const {
    if (auto found = rooms_.find(room); found != rooms_.end()) return found->second;
    if (auto own = by_id_.find(room); own != by_id_.end()) return own->second;
    return nobody;
}

/// The list itself, where nothing has to be put together.
Rooms::List const* Rooms::only_list(Target const& target) const {
    if (!target.except.empty() || target.rooms.size() > 1) return nullptr;
    return target.rooms.empty() ? &all_ : &list_of(target.rooms.front());
}

Rooms::List Rooms::union_of(std::vector<std::string> const& rooms) const {
    List together;
    for (std::string const& room : rooms) {
        List const& list = list_of(room);
        together.insert(together.end(), list.begin(), list.end());
    }
    std::sort(together.begin(), together.end(), Order());
    together.erase(std::unique(together.begin(), together.end()), together.end());
    return together;
}

Rooms::List Rooms::select(Target const& target) const {
    List wanted = target.rooms.empty() ? all_ : union_of(target.rooms);
    List unwanted = union_of(target.except);
    List left;
    std::set_difference(wanted.begin(), wanted.end(), unwanted.begin(), unwanted.end(),
                        std::back_inserter(left), Order());
    return left;
}

}  // namespace realtime::impl
