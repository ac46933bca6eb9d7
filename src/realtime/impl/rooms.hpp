// Who is in which room.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace realtime {
class Socket;
}

namespace realtime::impl {

/// Whom an event is for: the union of the rooms, everybody if there is none, without those in the excepted.
struct Target {
    std::vector<std::string> rooms{};
    std::vector<std::string> except{};
};

/// Lists are in the order in which sockets came, so that two equal runs of a simulation are equal.
class Rooms {
public:
    using List = std::vector<Socket*>;

    void add(Socket& socket);
    /// Out of all rooms. `rooms()` of the socket stays as it was.
    void remove(Socket& socket);
    void join(Socket& socket, std::string const& room);
    void leave(Socket& socket, std::string const& room);

    std::size_t size() const { return all_.size(); }
    std::size_t size_of(std::string_view room) const;
    /// Nobody may come or go while it visits.
    template <class Visit>
    void visit(Target const& target, Visit visit) const {
        if (List const* only = only_list(target)) {
            for (Socket* socket : *only) visit(*socket);
            return;
        }
        for (Socket* socket : select(target)) visit(*socket);
    }
    List select(Target const& target) const;

private:
    struct Order;
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    List const* only_list(Target const& target) const;
    List const& list_of(std::string_view room) const;
    List union_of(std::vector<std::string> const& rooms) const;

    List all_{};
    std::unordered_map<std::string, List, Hash, std::equal_to<>> rooms_{};
    std::unordered_map<std::string_view, List, Hash, std::equal_to<>>
        by_id_{};  // a room for each socket's id
};

}  // namespace realtime::impl
