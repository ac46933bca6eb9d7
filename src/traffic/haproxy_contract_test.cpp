#include "traffic/haproxy_contract.hpp"

#include <gtest/gtest.h>
#include <sys/un.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/real.hpp"
#include "base/testing.hpp"
#include "target/testing.hpp"
#include "traffic/haproxy.hpp"
#include "traffic/load.hpp"
#include "traffic/model_haproxy.hpp"
#include "traffic/testing.hpp"

namespace traffic {

namespace {

ComponentKey const key{"environment", "web"};
constexpr int replicas = 4;  // the last one is not there

Route route_to(std::string const& listen, std::string const& address) {
    return {.traffic = {.listen = listen, .health = "/health"},
            .servers = {{.name = "r0", .address = address, .weight = 50}}};
}

std::string ask_socket(std::string const& path, std::string const& command) {
    sockaddr_un place{};
    place.sun_family = AF_UNIX;
    path.copy(place.sun_path, sizeof(place.sun_path) - 1);
    int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::string answer;
    if (::connect(fd, reinterpret_cast<sockaddr*>(&place), sizeof(place)) == 0) {
        std::string line = command + "\n";
        EXPECT_EQ(::send(fd, line.data(), line.size(), MSG_NOSIGNAL), static_cast<ssize_t>(line.size()));
        char buffer[4096];
        for (ssize_t count; (count = ::recv(fd, buffer, sizeof(buffer), 0)) > 0;)
            answer.append(buffer, static_cast<std::size_t>(count));
    }
    ::close(fd);
    return answer;
}

std::vector<std::string> told_by_real(std::uint64_t seed, int operations) {
    target::TemporaryFolder folder;
    target::TemporaryFolder runtime;
    base::RealFiles files;
    target::RealSupervisor supervisor(files, "/proc/self/exe", {.first = 22000, .last = 22999});
    target::StopAll stop_all(supervisor, folder.path());
    asio::io_context context(1);
    asio::thread_pool workers(1);
    base::RealClock clock(context.get_executor());
    auto dialer = base::make_dialer(context.get_executor());
    Haproxy router(workers.get_executor(), files, supervisor, clock, *dialer,
                   {.root = folder.path(), .runtime_folder = runtime.path()});
    auto replica = [&](int number) { return folder / fmt::format("environment/web/r{}", number); };

    std::vector<std::string> addresses;
    for (int number = 0; number < replicas; ++number) {
        std::uint16_t port = supervisor.free_port({}).value();
        addresses.push_back(fmt::format("127.0.0.1:{}", port));
        if (number == replicas - 1) continue;
        EXPECT_TRUE(launch_nginx(files, supervisor, replica(number), port, fmt::format("r{}", number)));
    }
    Route route = route_to(fmt::format("127.0.0.1:{}", supervisor.free_port({}).value()), addresses[0]);
    EXPECT_TRUE(target::eventually([&] {
        (void)base::run(context, router.apply(key, route, 1));
        auto state = base::run(context, router.observe(key));
        return state && state->running && state->servers.at(0).weight == 50;
    }));
    Places place = places_of(folder / "environment/web", runtime.path());
    HaproxyWorld world{
        .ask = [&](std::string const& command) { return ask_socket(place.runtime_socket, command); },
        .eventually = [](std::function<bool()> condition) { return target::eventually(condition, 20s); },
        .make_sick =
            [&](int number, bool sick) {
                std::string path = replica(number) + "/sick";
                if (number == replicas - 1) return;
                EXPECT_TRUE(sick ? files.write(path, "") : files.remove(path));
            },
        .restart =
            [&] {
                int starts = supervisor.inspect(place.folder)->starts;
                EXPECT_TRUE(supervisor.kill_command(place.folder));
                EXPECT_TRUE(target::eventually([&] {
                    return supervisor.inspect(place.folder)->starts > starts &&
                           !ask_socket(place.runtime_socket, "show info").empty();
                }));
            },
        .addresses = addresses};
    return HaproxyStory(std::move(world), seed).tell(operations);
}

class ModelWorld {
public:
    explicit ModelWorld(std::uint64_t seed) : world_(seed) {
        for (int number = 0; number < replicas; ++number) {
            std::uint16_t port = supervisor_.free_port({}).value();
            addresses_.push_back(fmt::format("127.0.0.1:{}", port));
            if (number == replicas - 1) continue;
            EXPECT_TRUE(supervisor_.launch(replica(number), {.command = {"svc", std::to_string(port)}}));
        }
        Route route = route_to("127.0.0.1:8080", addresses_[0]);
        EXPECT_TRUE(eventually([&] {
            (void)run(router_.apply(key, route, 1));
            auto state = run(router_.observe(key));
            return state && state->running && state->servers.at(0).weight == 50;
        }));
    }

    std::vector<std::string> tell(std::uint64_t seed, int operations) {
        HaproxyWorld surroundings{
            .ask = [this](std::string const& command) { return ask(command); },
            .eventually = [this](std::function<bool()> condition) { return eventually(condition); },
            .make_sick = [this](int number, bool sick) { supervisor_.set_ready(replica(number), !sick); },
            .restart =
                [this] {
                    EXPECT_TRUE(supervisor_.kill_command(place_.folder));
                    EXPECT_TRUE(eventually([this] { return !ask("show info").empty(); }));
                },
            .addresses = addresses_};
        return HaproxyStory(std::move(surroundings), seed).tell(operations);
    }

private:
    static std::string replica(int number) { return fmt::format("/root/environment/web/r{}", number); }

    template <class T>
    T run(awaitable<T> work) {
        std::optional<T> result;
        asio::co_spawn(client_.executor(), std::move(work), [&](std::exception_ptr failure, T value) {
            EXPECT_FALSE(failure);
            result.emplace(std::move(value));
        });
        while (!result && world_.step()) {
        }
        return std::move(*result);
    }
    std::string ask(std::string command) { return run(exchange(std::move(command))); }
    awaitable<std::string> exchange(std::string command) {
        std::string answer;
        try {
            base::Stream stream = co_await dialer_->connect("unix:" + place_.runtime_socket);
            command += "\n";
            std::size_t sent = 0;
            while (sent < command.size())
                sent += co_await stream.async_write_some(
                    asio::buffer(command.data() + sent, command.size() - sent), use_awaitable);
            std::array<char, 4096> buffer{};
            for (;;)
                answer.append(buffer.data(),
                              co_await stream.async_read_some(asio::buffer(buffer), use_awaitable));
        } catch (system_error const&) {
            co_return answer;
        }
    }
    bool eventually(std::function<bool()> condition) {
        SteadyTime end = world_.now() + 60s;
        while (!condition())
            if (!world_.step() || world_.now() > end) return condition();
        return true;
    }

    sim::Simulation world_;
    sim::Network network_{world_};
    base::FakeFiles files_;
    target::ModelSupervisor supervisor_{world_, files_};
    ModelHaproxy haproxy_{world_, network_, files_, supervisor_};
    sim::Process client_{world_, "client"};
    std::unique_ptr<base::Dialer> dialer_ = network_.dialer(client_);
    Haproxy router_{client_.workers(), files_,   supervisor_,
                    client_.clock(),   *dialer_, {.root = "/root", .runtime_folder = "/run"}};
    Places place_ = places_of("/root/environment/web", "/run");
    std::vector<std::string> addresses_;
};

}  // namespace

TEST(HaproxyContract, TheModelTellsTheSameStoryAsTheRealOne) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
        EXPECT_EQ(ModelWorld(seed).tell(seed, 40), told_by_real(seed, 40)) << "seed " << seed;
}

}  // namespace traffic
