// For tests: the interface over a real engine and a real store, with a host and a router that obey at once,
// and time that moves by hand. (Its .cpp is a test file, so that the programs do not carry it.)
#pragma once
#include "api/api.hpp"
#include "base/testing.hpp"

namespace api {

/// How a store fails: it answers that it cannot, or something in it throws.
enum class StoreFault { refuses, throws };

class World {
public:
    enum class Start { with_alice, without_anybody };
    explicit World(Start start = Start::with_alice);
    ~World();

    /// As Alice, logged in.
    http::Response ask(std::string method, std::string target, std::string body = {},
                       http::Fields fields = {});
    http::Response ask_as_nobody(std::string method, std::string target, std::string body = {},
                                 http::Fields fields = {});
    /// Lets this much time pass, in small steps, with everything that falls due.
    void pass(Duration time);
    /// Until all that can happen without time has happened.
    void settle();

    static std::string body_of(http::Response const& response);
    static base::json::value json_of(http::Response const& response);
    store::Store& store();
    secret::Kubeconfigs& kubeconfigs();
    /// Where the database is.
    std::string const& folder() const;
    /// A good one.
    static std::string kubeconfig(std::string const& token);
    /// The n-th operation from now (1: the next) fails, and those after it work again. Was it reached?
    void fail_store_at(int operation, StoreFault fault);
    bool has_store_failed() const;
    base::FakeClock& clock();
    asio::io_context& context();
    http::Handler handler();
    std::string const& token() const;
    /// For the first administrator.
    std::string make_setup_token();
    /// Deploys and lets time pass until it has ended. Returns its id.
    std::string deploy(std::string const& version);
    /// What /readyz complains of.
    std::vector<std::string> problems{};
    /// What the target finds before a deployment.
    std::vector<model::PlanCheck> checks{};
    /// When set, toggling fails so.
    std::optional<base::Error> toggle_problem{};

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace api
