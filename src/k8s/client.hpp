// A client for one cluster's API server.
#pragma once
#include <functional>

#include "base/random.hpp"
#include "base/stream.hpp"
#include "http/client.hpp"
#include "k8s/credential.hpp"
#include "k8s/failure.hpp"
#include "k8s/limits.hpp"
#include "k8s/object.hpp"

namespace k8s {

/// Where a cluster's API server is and whom it must be.
struct Cluster {
    std::string name{};  // in sentences
    http::Url server{};
    std::string authorities{};  // PEM; empty: whom the system trusts
    std::string server_name{};  // what its certificate must be for; empty: the host of `server`
    std::optional<http::Url> proxy{};
    std::string namespace_ = "default";
};

/// All of it outlives the client. `executor` runs one thing at a time.
struct Surroundings {
    Executor executor;
    base::Dialer& dialer;
    base::Clock& clock;
    base::Random& random;
};

/// An abort goes ahead of all that waits, has requests and a connection kept for it, and is tried even when
/// the cluster is being left alone.
enum class Priority { normal, abort };

struct Call {
    Priority priority = Priority::normal;
    Duration limit = 15s;  // for everything, waiting for its turn and trying again included
};

/// No member needs a destructor, here and in Removal: g++ 12 destroys default arguments of an awaited call
/// twice. What the views show is read before the call returns its awaitable.
struct Write {
    std::string_view manager = own_manager;  // whose fields these are
    bool force = false;                      // of an apply: take fields away from their owners
    bool dry_run = false;                    // the server does everything but keep it
    Call call{};
};

/// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
struct Selection {
    std::string namespace_{};  // empty: all
    std::string labels{};      // "app=web,track!=canary"
    std::string fields{};      // "metadata.name=web"
};

struct List {
    std::vector<json::value> items{};  // without apiVersion and kind
    std::string resource_version{};
};

enum class Propagation { Background, Foreground, Orphan };
BOOST_DESCRIBE_ENUM(Propagation, Background, Foreground, Orphan)

struct Removal {
    std::string_view uid{};  // remove only this very object: conflict when the name belongs to another
    Propagation propagation = Propagation::Background;
    bool dry_run = false;
    Call call{};
};

/// What somebody may do; empty stands for any.
struct Action {
    std::string verb{};  // "patch"
    Resource resource{};
    ObjectName name{};
    std::string subresource{};  // "scale"
};

/// A rule of a Role: "*" stands for any; no names: all objects.
/// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/role-v1/
struct Rule {
    std::vector<std::string> groups{}, resources{}, names{}, verbs{};
    bool allows(Action const& action) const;
};

struct Permission {
    bool allowed = false;
    std::string why{};  // as the server says it; often empty
};

struct WatchEvent {
    enum class Kind { opened, added, modified, removed, bookmark };
    Kind kind = Kind::opened;
    json::value object{};  // null when opened; of a bookmark only the resource version counts
};

struct WatchOptions {
    std::string resource_version{};   // where a list ended
    Duration longest_silence = 100s;  // API servers send a bookmark about every minute
    Duration length = 5min;           // then the server ends it, and one begins anew
};

/// A port of a pod's own.
struct PodPort {
    ObjectName pod{};
    int port = 0;
};

/// Since the client was made; for metrics and for measuring what something costs.
struct Counts {
    std::map<std::string, std::uint64_t> requests{};  // by verb: get, list, watch, create, apply, patch, ...
    std::map<int, std::uint64_t> answers{};           // by status; 0: none came
    std::uint64_t retries = 0;
    std::uint64_t total() const;
};

/// A handle: copies share connections, limits and counts, and keep them alive.
///
/// Every call waits for its turn (`Limits`). A call is tried again, later each time and as the server's
/// Retry-After says, when that can do no harm: it reads; or it was refused unseen (429), or nothing of it
/// left us, or its credential was refused and there is a new one. After several failures in a row to get any
/// answer the cluster is left alone for a while: calls then fail at once as `unreachable`, saying so.
class Client {
public:
    /// Errors: invalid (certificates).
    static base::Result<Client> make(Surroundings surroundings, Cluster cluster,
                                     std::shared_ptr<Credential> credential, Limits limits = {});

    Cluster const& cluster() const;
    Surroundings const& surroundings() const;
    Counts const& counts() const;
    /// False: the last several attempts got no answer.
    bool is_reachable() const;

    awaitable<Result<json::value>> get(Resource resource, ObjectName name, Call call = {}) const;
    /// All pages. A list that grows too old between two pages is begun anew.
    awaitable<Result<List>> list(Resource resource, Selection selection, Call call = {}) const;

    // Each of these answers with the object as it then is.
    awaitable<Result<json::value>> create(Resource resource, json::value object, Write write = {}) const;
    /// Server-side apply. Errors: conflict; `managers_in_the_way` tells who owns the fields.
    awaitable<Result<json::value>> apply(Resource resource, json::value object, Write write = {}) const;
    /// RFC 6902. Errors: patch_refused, above all when a `test` fails.
    awaitable<Result<json::value>> patch_json(Resource resource, ObjectName name, json::array operations,
                                              Write write = {}) const;
    /// RFC 7386: lists are replaced as a whole.
    awaitable<Result<json::value>> merge_patch(Resource resource, ObjectName name, json::value patch,
                                               Write write = {}) const;
    /// Errors: not_found; conflict (another uid).
    awaitable<Result<void>> remove(Resource resource, ObjectName name, Removal removal = {}) const;

    /// Hands a GET or a POST of JSON on to a pod, through the API server: of `request` counts the method,
    /// where it goes (`raw_target`) and the body. The answer is the pod's own, whatever its status. One try.
    /// A pod that does not answer is none of the cluster's failures. Errors: unreachable, timeout (of the pod
    /// as well: an API server waits for it), forbidden (it needs the right to get or create pods/proxy), and
    /// what any call may meet.
    awaitable<Result<http::Response>> forward(PodPort to, http::Request request, Call call = {}) const;

    /// May we? (SelfSubjectAccessReview)
    awaitable<Result<Permission>> can_i(Action action, Call call = {}) const;
    /// What we may in a namespace, as far as the server can list it: with some authorizers `can_i` allows
    /// more. (SelfSubjectRulesReview)
    awaitable<Result<std::vector<Rule>>> my_rules(std::string in_namespace, Call call = {}) const;
    /// "kubernetes.io/dockerconfigjson"; what stands in the Secret is not sent. Errors: not_found.
    awaitable<Result<std::string>> secret_type(ObjectName name, Call call = {}) const;
    /// "v1.31.2"
    awaitable<Result<std::string>> version(Call call = {}) const;
    /// Does the cluster know this group, version and kind? What it knows is remembered for five minutes.
    awaitable<Result<bool>> knows(Resource resource, Call call = {}) const;

    /// Tells each event as it comes. Returns when the server has ended the watch in good order. Errors:
    /// expired (list again), timeout (silent for too long), unreachable, and what any call may meet.
    awaitable<Result<void>> watch(Resource resource, Selection selection, WatchOptions options,
                                  std::function<void(WatchEvent)> take) const;

private:
    struct Impl;
    explicit Client(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<Impl> impl_;
};

}  // namespace k8s
