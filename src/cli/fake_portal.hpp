// For tests: a server that answers what was planned, on loopback, in a thread of its own.
#pragma once
#include <boost/asio/io_context.hpp>
#include <mutex>
#include <thread>

#include "base/random.hpp"
#include "base/real.hpp"
#include "http/server.hpp"

namespace cli {

class FakePortal {
public:
    using Answer = std::function<http::Response(http::Request const&)>;

    FakePortal() : FakePortal("127.0.0.1:0") {}
    /// Takes up the address of one that is gone: a restart.
    explicit FakePortal(std::string const& address) {
        auto handler = [this](http::Request request) { return handle(std::move(request)); };
        server_ = std::make_unique<http::Server>(context_.get_executor(), clock_, random_, handler);
        base::BoundListener bound = base::listen(context_.get_executor(), address).value();
        address_ = bound.address;
        server_->listen(std::move(bound.listener));
        thread_ = std::thread([this] { context_.run(); });
    }
    ~FakePortal() {
        context_.stop();
        thread_.join();
    }

    /// "POST /api/admin/login" answers so from now on.
    void on(std::string const& what, Answer answer) {
        std::lock_guard lock(mutex_);
        answers_[what] = std::move(answer);
    }
    void on(std::string const& what, int status, std::string const& body) {
        on(what, [=](http::Request const&) { return http::Response{.status = status, .body = body}; });
    }
    /// The requests so far: "POST /api/admin/login {...}".
    std::vector<std::string> requests() {
        std::lock_guard lock(mutex_);
        return requests_;
    }
    http::Request last() {
        std::lock_guard lock(mutex_);
        return last_;
    }
    std::string const& address() const { return address_; }
    std::string url() const { return "http://" + address_; }

private:
    awaitable<http::Response> handle(http::Request request) {
        std::lock_guard lock(mutex_);
        last_ = request;
        requests_.push_back(request.method + " " + request.raw_target +
                            (request.body.empty() ? "" : " " + request.body));
        auto place = answers_.find(request.method + " " + request.path);
        if (place == answers_.end())
            co_return http::problem(request, 404, "not_found", "there is no " + request.path);
        co_return place->second(request);
    }

    asio::io_context context_{1};
    base::RealClock clock_{context_.get_executor()};
    base::Random random_{1};
    std::unique_ptr<http::Server> server_;
    std::string address_;
    std::thread thread_;
    std::mutex mutex_;
    std::map<std::string, Answer> answers_;
    std::vector<std::string> requests_;
    http::Request last_;
};

}  // namespace cli
