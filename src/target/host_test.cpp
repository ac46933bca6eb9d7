#include "target/host.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/testing.hpp"
#include "target/fence.hpp"
#include "target/model_supervisor.hpp"
#include "target/testing.hpp"

namespace target {

namespace {

class HostTest : public testing::Test {
protected:
    template <class T>
    T run(awaitable<T> work) {
        return base::run(context, std::move(work));
    }
    std::vector<Replica> replicas() { return run(host.replicas(key)).value(); }
    base::Result<void> start(int slot = 0, std::int64_t epoch = 1) {
        return run(host.start(key, revision, slot, epoch));
    }
    base::Result<void> stop(std::string const& replica, std::int64_t epoch = 1) {
        return run(host.stop(key, replica, epoch));
    }
    bool reaches(ProcessPhase phase) {
        return eventually([&] { return replicas().size() == 1 && replicas()[0].process.phase == phase; });
    }
    std::string output() { return run(host.output_tail(key, "web-r2-0")); }

    TemporaryFolder folder;
    base::RealFiles files;
    RealSupervisor supervisor{files, "/proc/self/exe", {.first = 23000, .last = 23999}};
    StopAll stop_all{supervisor, folder.path()};
    asio::io_context context{1};
    asio::thread_pool workers{2};
    Host host{workers.get_executor(), files, supervisor, folder / "hosts", folder.path()};
    ComponentKey key{"demo", "web"};
    model::Revision revision{.number = 2, .version = "1.1.0", .workload = {.command = {"sleep", "1000"}}};
};

bool listens(std::uint16_t port) {
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&place), sizeof(place)) == 0;
    ::close(fd);
    return connected;
}

}  // namespace

TEST_F(HostTest, StartsAReplicaWithItsPlaceholdersFilled) {
    revision.workload.command = {"sh", "-c",
                                 "echo {version} {port} {folder} $NAME [$PORT] $(pwd); exec sleep 1000"};
    revision.workload.env = {{"NAME", "web-{version}"}};
    EXPECT_TRUE(replicas().empty());
    ASSERT_TRUE(start());
    ASSERT_TRUE(reaches(ProcessPhase::running));
    Replica replica = replicas()[0];
    EXPECT_EQ(replica.name, "web-r2-0");
    EXPECT_EQ(replica.revision, 2);
    EXPECT_EQ(replica.version, "1.1.0");
    ASSERT_TRUE(eventually([&] { return !output().empty(); }));
    EXPECT_EQ(output(), fmt::format("1.1.0 {} {}/hosts/demo/web/web-r2-0 web-1.1.0 [] {}\n", replica.port,
                                    folder.path(), folder.path()));
}

TEST_F(HostTest, ServesWithAProgramThatWeDidNotWrite) {
    revision.workload.command = {"python3", "-m",        "http.server", "{port}",
                                 "--bind",  "127.0.0.1", "--directory", "{folder}"};
    ASSERT_TRUE(start(0));
    ASSERT_TRUE(start(1));
    ASSERT_TRUE(eventually([&] {
        auto all = replicas();
        return std::all_of(all.begin(), all.end(),
                           [](Replica const& replica) { return listens(replica.port); });
    }));
    auto all = replicas();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_NE(all[0].port, all[1].port);
}

TEST_F(HostTest, StartsNothingTwice) {
    ASSERT_TRUE(start());
    ASSERT_TRUE(start());
    ASSERT_TRUE(reaches(ProcessPhase::running));
    Replica before = replicas()[0];
    ASSERT_TRUE(start());
    EXPECT_EQ(replicas()[0], before);
    EXPECT_EQ(before.process.starts, 1);
}

TEST_F(HostTest, StopsAndThenRemovesTheFolder) {
    ASSERT_TRUE(start());
    ASSERT_TRUE(reaches(ProcessPhase::running));
    EXPECT_TRUE(eventually([&] {
        EXPECT_TRUE(stop("web-r2-0"));
        return replicas().empty();
    }));
    EXPECT_FALSE(files.exists(folder / "hosts/demo/web/web-r2-0"));
    EXPECT_TRUE(stop("web-r2-0"));
}

/// The shim takes its lock some time after it was launched: a stop may come before.
TEST_F(HostTest, IsStoppedWhileItIsOnlyJustStarting) {
    for (int time = 0; time < 25; ++time) {
        ASSERT_TRUE(start());
        ASSERT_TRUE(eventually([&] {
            auto stopped = stop("web-r2-0");
            EXPECT_TRUE(stopped) << stopped.error().message;
            return replicas().empty();
        })) << "time "
            << time;
    }
}

TEST_F(HostTest, IsFoundAgainByTheNextPortal) {
    ASSERT_TRUE(start());
    ASSERT_TRUE(reaches(ProcessPhase::running));
    Host next(workers.get_executor(), files, supervisor, folder / "hosts", folder.path());
    EXPECT_EQ(run(next.replicas(key)).value(), replicas());
    revision.number = 3;
    ASSERT_TRUE(run(next.start(key, revision, 0, 2)));
    ASSERT_TRUE(eventually([&] { return replicas().at(1).process.phase == ProcessPhase::running; }));
    EXPECT_NE(replicas()[0].port, replicas()[1].port);
}

TEST_F(HostTest, TakesAnotherPortWhenItsOwnWasTaken) {
    ASSERT_TRUE(start());
    ASSERT_TRUE(reaches(ProcessPhase::running));
    std::uint16_t first = replicas()[0].port;
    ASSERT_TRUE(supervisor.stop(folder / "hosts/demo/web/web-r2-0"));
    ASSERT_TRUE(reaches(ProcessPhase::absent));
    ASSERT_TRUE(start());
    ASSERT_TRUE(reaches(ProcessPhase::running));
    EXPECT_EQ(replicas()[0].port, first);

    ASSERT_TRUE(supervisor.stop(folder / "hosts/demo/web/web-r2-0"));
    ASSERT_TRUE(reaches(ProcessPhase::absent));
    ASSERT_TRUE(supervisor.launch(
        folder / "thief", {.command = {"sleep", "1000"}, .listen = fmt::format("127.0.0.1:{}", first)}));
    ASSERT_TRUE(eventually([&] { return listens(first); }));
    ASSERT_TRUE(start());
    ASSERT_TRUE(reaches(ProcessPhase::running));
    EXPECT_NE(replicas()[0].port, first);
}

TEST_F(HostTest, SeesThatSomebodyTookThePortOfAReplicaThatEnded) {
    revision.workload.command = {"sh", "-c", "exit 1"};
    ASSERT_TRUE(start());
    ASSERT_TRUE(reaches(ProcessPhase::backing_off));
    EXPECT_FALSE(replicas()[0].port_taken);

    std::uint16_t first = replicas()[0].port;
    ASSERT_TRUE(supervisor.launch(
        folder / "thief", {.command = {"sleep", "1000"}, .listen = fmt::format("127.0.0.1:{}", first)}));
    ASSERT_TRUE(eventually([&] { return replicas()[0].port_taken; }));

    ASSERT_TRUE(eventually([&] {
        EXPECT_TRUE(stop("web-r2-0"));
        return replicas().empty();
    }));
    revision.workload.command = {"sleep", "1000"};
    ASSERT_TRUE(start());
    ASSERT_TRUE(reaches(ProcessPhase::running));
    EXPECT_NE(replicas()[0].port, first);
    EXPECT_FALSE(replicas()[0].port_taken);
}

TEST_F(HostTest, RefusesAnOldOwner) {
    ASSERT_TRUE(start(0, 5));
    for (auto const& refused : {start(1, 4), stop("web-r2-0", 4)}) {
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, base::Errc::conflict);
    }
    EXPECT_EQ(replicas().size(), 1U);
    EXPECT_TRUE(stop("web-r2-0", 6));
    EXPECT_FALSE(start(0, 5));
}

TEST_F(HostTest, NamesTheVersionsThatAreThere) {
    revision.workload.artifact = "opt/{version}/svc";
    for (char const* version : {"1.0.0", "1.1.0"})
        ASSERT_TRUE(files.write(folder / fmt::format("opt/{}/svc", version), ""));
    ASSERT_TRUE(files.write(folder / "opt/2.0.0/other", ""));
    EXPECT_TRUE(run(host.check_version(revision.workload, "1.1.0")));
    auto missing = run(host.check_version(revision.workload, "9.9.9"));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, base::Errc::not_found);
    EXPECT_EQ(
        missing.error().message,
        fmt::format("version 9.9.9 is not there: {}/opt/9.9.9/svc does not exist; there are 1.0.0, 1.1.0",
                    folder.path()));
    EXPECT_EQ(run(host.check_version(revision.workload, "../../etc")).error().code, base::Errc::invalid);

    revision.version = "9.9.9";
    ASSERT_FALSE(start());
    EXPECT_TRUE(replicas().empty());
}

TEST_F(HostTest, RunsCommandsRelativeToTheBaseFolder) {
    std::string script = folder / "svc";
    ASSERT_TRUE(files.write(script, "#!/bin/sh\necho \"$@\"; exec sleep 1000\n"));
    ASSERT_EQ(::chmod(script.c_str(), 0700), 0);
    revision.workload.command = {"./svc", "--port", "{port}"};
    ASSERT_TRUE(start());
    ASSERT_TRUE(reaches(ProcessPhase::running));
    EXPECT_TRUE(eventually([&] { return output() == fmt::format("--port {}\n", replicas()[0].port); }));
}

TEST(Host, LaunchesNothingThatItCannotRecord) {
    sim::Simulation world(1);
    base::FakeFiles files;
    ModelSupervisor supervisor(world, files);
    asio::io_context context(1);
    Host host(context.get_executor(), files, supervisor, "/hosts");
    files.write_problem = "no space left on device";
    auto started = base::run(
        context,
        host.start({"demo", "web"}, {.number = 1, .version = "1", .workload = {.command = {"svc"}}}, 0, 1));
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, base::Errc::unavailable);
    while (world.step()) {
    }
    EXPECT_TRUE(supervisor.folders().empty());
}

TEST(Fence, OnlyRises) {
    base::FakeFiles files;
    EXPECT_TRUE(pass_fence(files, "/c", 3));
    EXPECT_TRUE(pass_fence(files, "/c", 3));
    EXPECT_TRUE(pass_fence(files, "/c", 5));
    auto refused = pass_fence(files, "/c", 4);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "another portal has taken over /c: its epoch is 5, ours 4");
    files.write_problem = "disk full";
    EXPECT_TRUE(pass_fence(files, "/c", 5));
    EXPECT_FALSE(pass_fence(files, "/c", 6));
}

}  // namespace target
