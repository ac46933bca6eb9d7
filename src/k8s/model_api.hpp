// A model of an API server, for tests and for the simulation: what the client needs of the real one, and
// faults on demand. The contract suite holds it to what a real one does.
//
// Simpler than the real one: lists are atomic for server-side apply, selectors know =, !=, name and !name,
// there is no admission, no finalizer, no defaulting; and no controller: `on_write` is where one can react.
#pragma once
#include <functional>

#include "base/clock.hpp"
#include "http/message.hpp"
#include "k8s/client.hpp"
#include "k8s/impl/model_store.hpp"

namespace k8s {

namespace impl {
struct ModelRequest;
}

struct Fault {
    enum class Kind {
        answer,      // with `status` and `reason`, and no effect
        hang,        // no effect, no answer
        cut_before,  // no effect, the connection ends in the middle of the answer
        cut_after,   // the same, but it has taken effect
        silence,     // of a watch: it opens and says nothing, not even bookmarks
        gap,         // of a watch: the next `versions_back` writes are never told
        stale        // a list, an object, a watch as of `versions_back` writes ago
    };
    Kind kind = Kind::answer;
    std::string verb{};    // get list watch create apply patch delete review discover; empty: any
    std::string plural{};  // "deployments"; empty: any
    int after = 0;         // so many pass first
    int times = 1;
    int status = 500;
    std::string reason = "InternalError";
    std::optional<int> retry_after_seconds{};
    std::uint64_t versions_back = 1;
};

/// One thing at a time; outlives the server that it answers for.
class ModelApi {
public:
    explicit ModelApi(base::Clock& clock);
    ModelApi(ModelApi const&) = delete;

    /// For http::Server.
    awaitable<http::Response> handle(http::Request request);

    void inject(Fault fault) { faults_.push_back(std::move(fault)); }
    /// Empty: anybody may ask.
    void accept_only(std::set<std::string> tokens) { tokens_ = std::move(tokens); }
    /// As if the account had not this right.
    void forbid(std::string verb, std::string plural) { forbidden_.emplace(verb, plural); }
    /// The account has these rights and no others. Reviews and discovery stay open to everybody.
    void permit(std::vector<Rule> rules) { rules_ = std::move(rules); }
    /// All that was allowed so far, each once.
    std::vector<Action> used() const;
    /// As if this custom resource were not installed.
    void uninstall(Resource const& resource);
    /// What is old is gone: watches from earlier versions and lists begun earlier end with 410.
    void compact() { store_.compact(); }
    /// Every watch that is open ends, in good order.
    void end_watches();
    Duration bookmark_interval = 1min;

    /// So many requests have come, refused ones included.
    int requests(std::string const& verb) const;

    // For controllers and tests: past authorization and faults.
    json::value const* find(Resource const& resource, ObjectName const& name) const;
    std::vector<json::value> all(Resource const& resource) const;
    /// Creates it or replaces it as a whole, status included.
    void put(Resource const& resource, json::value object, std::string const& manager);
    void remove(Resource const& resource, ObjectName const& name);
    /// What answers at a port of a pod ("web-1:8545", the path is without the way there); 503 when not set,
    /// as if nobody listened.
    std::function<awaitable<http::Response>(std::string pod_port, http::Request)> in_pod{};
    /// Called after each write, with what it wrote; may write in turn.
    std::function<void(impl::Written const&)> on_write{};

private:
    struct Watcher;
    using Request = impl::ModelRequest;

    bool is_refused(Action const& action) const;
    std::optional<Fault> take_fault(Request const& request);
    http::Response perform(Request const& request, std::optional<Fault> const& fault);
    http::Response get(Request const& request, std::uint64_t version) const;
    http::Response list(Request const& request, std::uint64_t version) const;
    http::Response create(Request const& request);
    http::Response apply(Request const& request);
    http::Response patch(Request const& request);
    http::Response remove(Request const& request);
    http::Response review(Request const& request) const;
    http::Response review_rules(json::value review) const;
    http::Response discover(Request const& request) const;
    awaitable<http::Response> forward(Request request);
    http::Response watch(Request const& request, std::optional<Fault> const& fault);
    awaitable<void> tell(Request request, std::optional<Fault> fault, http::Writer& writer);
    std::string events_since(Request const& request, std::uint64_t version) const;
    http::Response write(Request const& request, impl::Stored next, int status);
    void wrote();
    std::string now() const;

    base::Clock& clock_;
    impl::ModelStore store_{};
    std::vector<Resource> resources_{};
    std::vector<Fault> faults_{};
    std::set<std::string> tokens_{};
    std::set<std::pair<std::string, std::string>> forbidden_{};  // verb, plural
    std::optional<std::vector<Rule>> rules_{};
    std::map<std::string, Action> used_{};
    std::map<std::string, int> requests_{};
    std::set<Watcher*> watchers_{};
};

}  // namespace k8s
