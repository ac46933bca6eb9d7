#include "target/real_supervisor.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include "target/impl/lock.hpp"
#include "target/impl/shim_state.hpp"
#include "target/testing.hpp"

namespace target {

namespace {

class RealSupervisorTest : public testing::Test {
protected:
    ProcessPhase phase(std::string const& name = "one") { return inspect(name).phase; }
    ProcessState inspect(std::string const& name = "one") {
        return supervisor.inspect(folder / name).value();
    }
    ShimState written(std::string const& name = "one") { return read_state(folder / name); }
    bool reaches(ProcessPhase wanted, std::string const& name = "one") {
        return eventually([&] { return phase(name) == wanted; });
    }
    void launch(std::vector<std::string> command, std::string const& name = "one") {
        spec.command = std::move(command);
        ASSERT_TRUE(supervisor.launch(folder / name, spec));
    }
    std::string output(std::string const& name = "one") {
        return supervisor.output_tail(folder / name, 10'000'000);
    }

    TemporaryFolder folder;
    base::RealFiles files;
    RealSupervisor supervisor{files, "/proc/self/exe"};
    StopAll stop_all{supervisor, folder.path()};
    ProcessSpec spec{.stop_timeout = 20s};
};

bool is_there(std::int64_t pid) { return identify(static_cast<pid_t>(pid)).pid != 0; }

}  // namespace

TEST_F(RealSupervisorTest, RunsACommandUntilItIsAskedToEnd) {
    EXPECT_EQ(phase(), ProcessPhase::absent);
    launch({"sleep", "1000"});
    ASSERT_TRUE(reaches(ProcessPhase::running));
    std::int64_t pid = inspect().pid;
    EXPECT_TRUE(is_there(pid));
    EXPECT_EQ(inspect().starts, 1);

    ASSERT_TRUE(supervisor.stop(folder / "one"));
    ASSERT_TRUE(reaches(ProcessPhase::absent));
    EXPECT_FALSE(is_there(pid));
    EXPECT_EQ(inspect().last_exit, "signal 15 (SIGTERM)");
}

TEST_F(RealSupervisorTest, StartsNothingTwice) {
    for (int i = 0; i < 5; ++i) launch({"sh", "-c", "echo started; exec sleep 1000"});
    ASSERT_TRUE(reaches(ProcessPhase::running));
    for (int i = 0; i < 5; ++i) launch({"sh", "-c", "echo started; exec sleep 1000"});
    ASSERT_TRUE(eventually([&] { return !output().empty(); }));
    // A shim that found the lock held is gone when a later process of ours has come and gone.
    launch({"true"}, "other");
    ASSERT_TRUE(eventually([&] { return inspect("other").starts > 0; }));
    EXPECT_EQ(output(), "started\n");
    EXPECT_EQ(lock_holders(folder / "one").size(), 2U);  // one shim, one command
}

TEST_F(RealSupervisorTest, StartsAgainWhatEndsByItself) {
    launch({"sh", "-c", "echo life; exit 3"});
    ASSERT_TRUE(eventually([&] { return inspect().starts >= 2; }));
    EXPECT_EQ(inspect().last_exit, "exit status 3");
    EXPECT_TRUE(eventually([&] { return output().starts_with("life\nlife\n"); }));
}

TEST_F(RealSupervisorTest, KillsTheCommandOnlyAndItComesBack) {
    launch({"sleep", "1000"});
    ASSERT_TRUE(reaches(ProcessPhase::running));
    std::int64_t first = inspect().pid;
    ASSERT_TRUE(supervisor.kill_command(folder / "one"));
    ASSERT_TRUE(eventually([&] { return inspect().starts == 2 && phase() == ProcessPhase::running; }));
    EXPECT_NE(inspect().pid, first);
    EXPECT_EQ(inspect().last_exit, "signal 9 (SIGKILL)");
}

TEST_F(RealSupervisorTest, SaysWhyACommandCannotBeExecuted) {
    launch({"opt/9.9.9/svc"});
    ASSERT_TRUE(reaches(ProcessPhase::backing_off));
    EXPECT_EQ(inspect().problem, "cannot execute opt/9.9.9/svc: No such file or directory");
}

TEST_F(RealSupervisorTest, KillsWhatDoesNotEndInTime) {
    spec.stop_timeout = 100ms;
    launch({"sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"});
    ASSERT_TRUE(eventually([&] { return !output().empty() && phase() == ProcessPhase::running; }));
    ASSERT_TRUE(supervisor.stop(folder / "one"));
    ASSERT_TRUE(reaches(ProcessPhase::absent));
    EXPECT_EQ(inspect().last_exit, "signal 9 (SIGKILL)");
}

TEST_F(RealSupervisorTest, LeavesNoGrandchildBehind) {
    launch({"sh", "-c", "setsid sleep 1000 & sleep 1000 & echo $! ; wait"});
    ASSERT_TRUE(eventually(
        [&] { return output().find('\n') != std::string::npos && phase() == ProcessPhase::running; }));
    std::int64_t grandchild = std::stoll(output());
    ASSERT_TRUE(is_there(grandchild));
    ASSERT_TRUE(supervisor.stop(folder / "one"));
    ASSERT_TRUE(reaches(ProcessPhase::absent));
    EXPECT_FALSE(is_there(grandchild));
    EXPECT_TRUE(lock_holders(folder / "one").empty());
}

TEST_F(RealSupervisorTest, FindsAndEndsAnOrphan) {
    launch({"sleep", "1000"});
    ASSERT_TRUE(reaches(ProcessPhase::running));
    ::kill(static_cast<pid_t>(written().shim_pid), SIGKILL);
    ASSERT_TRUE(reaches(ProcessPhase::orphaned));
    std::int64_t pid = inspect().pid;
    EXPECT_TRUE(is_there(pid));

    launch({"sleep", "1000"});
    EXPECT_EQ(phase(), ProcessPhase::orphaned);
    EXPECT_EQ(inspect().pid, pid);

    ASSERT_TRUE(supervisor.stop(folder / "one"));
    ASSERT_TRUE(reaches(ProcessPhase::absent));
    EXPECT_FALSE(is_there(pid));
    launch({"sleep", "1000"});
    ASSERT_TRUE(reaches(ProcessPhase::running));
    EXPECT_EQ(inspect().starts, 2);
}

TEST_F(RealSupervisorTest, KillsADeafOrphanAfterItsTimeout) {
    spec.stop_timeout = 100ms;
    launch({"sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"});
    ASSERT_TRUE(eventually([&] { return !output().empty() && phase() == ProcessPhase::running; }));
    ::kill(static_cast<pid_t>(written().shim_pid), SIGKILL);
    ASSERT_TRUE(reaches(ProcessPhase::orphaned));
    EXPECT_TRUE(eventually([&] {
        EXPECT_TRUE(supervisor.stop(folder / "one"));
        return phase() == ProcessPhase::absent;
    }));
}

TEST_F(RealSupervisorTest, EndsAWorkerThatOutlivedShimAndCommand) {
    launch({"sh", "-c", "sleep 1000 & echo ready; wait"});
    ASSERT_TRUE(eventually([&] { return !output().empty() && phase() == ProcessPhase::running; }));
    ShimState state = written();
    ::kill(static_cast<pid_t>(state.shim_pid), SIGKILL);
    ::kill(static_cast<pid_t>(state.pid), SIGKILL);
    ASSERT_TRUE(eventually([&] { return !is_alive(state.command()) && !is_alive(state.shim()); }));
    EXPECT_EQ(phase(), ProcessPhase::orphaned);
    ASSERT_TRUE(supervisor.stop(folder / "one"));
    EXPECT_TRUE(reaches(ProcessPhase::absent));
}

TEST_F(RealSupervisorTest, NeverTouchesAReusedPid) {
    launch({"sleep", "1000"});
    ASSERT_TRUE(reaches(ProcessPhase::running));
    launch({"sleep", "1000"}, "bystander");
    ASSERT_TRUE(reaches(ProcessPhase::running, "bystander"));
    ASSERT_TRUE(supervisor.stop(folder / "one"));
    ASSERT_TRUE(reaches(ProcessPhase::absent));
    // The old state names a pid that now is another's, with another start time.
    ShimState old = written();
    old.phase = ProcessPhase::running;
    old.pid = inspect("bystander").pid;
    old.start_ticks = written("bystander").start_ticks - 1;
    old.shim_pid = written("bystander").shim_pid;
    old.shim_start_ticks = written("bystander").shim_start_ticks - 1;
    ASSERT_TRUE(write_state(folder / "one", old));

    EXPECT_EQ(phase(), ProcessPhase::absent);
    EXPECT_TRUE(supervisor.stop(folder / "one"));
    EXPECT_TRUE(supervisor.kill_command(folder / "one"));
    int lock = take_lock(folder / "one");  // even were the lock held, the start time gives it away
    EXPECT_TRUE(supervisor.stop(folder / "one"));
    EXPECT_TRUE(supervisor.kill_command(folder / "one"));
    ::close(lock);
    EXPECT_EQ(inspect("bystander").starts, 1);
    EXPECT_EQ(phase("bystander"), ProcessPhase::running);
}

TEST_F(RealSupervisorTest, KeepsOutputWithinBounds) {
    launch({"sh", "-c",
            "yes 0123456789012345678901234567890123456789 | head -c 6000000; echo end; exec sleep 1000"});
    ASSERT_TRUE(eventually([&] { return output().ends_with("end\n"); }));
    auto size = [&](std::string const& name) {
        std::error_code none;
        auto bytes = std::filesystem::file_size(folder / ("one/" + name), none);
        return none ? 0 : bytes;
    };
    EXPECT_TRUE(eventually([&] {
        return size("output.log") <= output_limit_bytes && size("output.log.1") > 0 &&
               size("output.log.1") <= output_limit_bytes;
    }));
}

TEST_F(RealSupervisorTest, HandsOverTheListeningSocketAndNothingElse) {
    std::uint16_t port = supervisor.free_port({}).value();
    spec.listen = fmt::format("127.0.0.1:{}", port);
    int leaked = ::open("/dev/zero", O_RDONLY);  // not close-on-exec, as a careless library would
    launch({"sh", "-c", "ls -l /proc/self/fd; exec sleep 1000"});
    ASSERT_TRUE(eventually([&] { return output().find(" 4 -> ") != std::string::npos; }));
    ::close(leaked);
    EXPECT_NE(output().find(" 3 -> socket:"), std::string::npos);
    EXPECT_EQ(output().find("/dev/zero"), std::string::npos);
    EXPECT_NE(output().find(" 4 -> " + folder.path() + "/one/lock"), std::string::npos);
    EXPECT_NE(supervisor.free_port({}, port).value(), port);
}

TEST_F(RealSupervisorTest, SaysWhoUsesThePort) {
    std::uint16_t port = supervisor.free_port({}).value();
    spec.listen = fmt::format("127.0.0.1:{}", port);
    launch({"sleep", "1000"});
    ASSERT_TRUE(reaches(ProcessPhase::running));
    launch({"sleep", "1000"}, "two");
    ASSERT_TRUE(reaches(ProcessPhase::backing_off, "two"));
    EXPECT_EQ(
        inspect("two").problem,
        fmt::format(
            "cannot listen on 127.0.0.1:{}: Address already in use; another program uses this port: stop it, "
            "or choose another under traffic.listen",
            port));
}

TEST_F(RealSupervisorTest, PassesTheEnvironmentButNotOurSecrets) {
    ::setenv("PILOTHOUSE_TOKEN", "secret", 1);
    spec.env = {{"COLOUR", "green"}};
    spec.working_folder = folder.path();
    launch({"sh", "-c", "echo $COLOUR [$PILOTHOUSE_TOKEN] $(pwd); exec sleep 1000"});
    ::unsetenv("PILOTHOUSE_TOKEN");
    ASSERT_TRUE(eventually([&] { return !output().empty(); }));
    EXPECT_EQ(output(), "green [] " + folder.path() + "\n");
}

TEST_F(RealSupervisorTest, ForgetsOnlyWhatIsNotThere) {
    launch({"sleep", "1000"});
    ASSERT_TRUE(reaches(ProcessPhase::running));
    ASSERT_TRUE(supervisor.forget(folder / "one"));
    EXPECT_EQ(phase(), ProcessPhase::running);
    ASSERT_TRUE(supervisor.stop(folder / "one"));
    ASSERT_TRUE(reaches(ProcessPhase::absent));
    ASSERT_TRUE(supervisor.forget(folder / "one"));
    EXPECT_FALSE(files.exists(folder / "one"));
    EXPECT_TRUE(supervisor.forget(folder / "one"));
}

TEST_F(RealSupervisorTest, EndsWhenItsFolderIsRemovedUnderIt) {
    launch({"sleep", "1000"});
    ASSERT_TRUE(reaches(ProcessPhase::running));
    ShimState state = written();
    ASSERT_TRUE(files.remove(folder / "one"));
    EXPECT_TRUE(eventually([&] { return !is_alive(state.shim()) && !is_alive(state.command()); }));
}

TEST_F(RealSupervisorTest, NamesTheRangeWhenAllPortsAreTaken) {
    RealSupervisor small(files, "/proc/self/exe", {.first = 20100, .last = 20101});
    auto none = small.free_port({20100, 20101});
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().message.find("20100 to 20101"), std::string::npos);
}

TEST_F(RealSupervisorTest, SaysThatTheShimCannotBeStarted) {
    RealSupervisor broken(files, "/nowhere/pilothouse");
    auto launched = broken.launch(folder / "one", {.command = {"true"}});
    ASSERT_FALSE(launched);
    EXPECT_EQ(launched.error().message,
              "cannot start the shim /nowhere/pilothouse: No such file or directory");
}

}  // namespace target
