#include "target/supervisor_contract.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "target/impl/shim_state.hpp"
#include "target/model_supervisor.hpp"
#include "target/testing.hpp"

namespace target {

namespace {

/// Shims that have been executed and hold no lock: they are about to look for one.
int count_of_new_shims(std::string const& below) {
    int count = 0;
    for (auto const& entry : std::filesystem::directory_iterator("/proc")) {
        auto arguments = base::RealFiles().read((entry.path() / "cmdline").string());
        auto folder = arguments ? arguments->find(std::string("\0shim\0", 6)) : std::string::npos;
        if (folder == std::string::npos) continue;
        std::string place = arguments->substr(folder + 6);
        place.pop_back();
        if (!place.starts_with(below)) continue;
        auto pid = static_cast<pid_t>(std::stoi(entry.path().filename().string()));
        if (read_state(place).shim_pid != pid) ++count;
    }
    return count;
}

std::vector<std::string> told_by_real(std::uint64_t seed, int operations) {
    TemporaryFolder folder;
    base::RealFiles files;
    RealSupervisor supervisor(files, "/proc/self/exe");
    StopAll stop_all(supervisor, folder.path());
    SupervisorWorld world{
        .supervisor = supervisor,
        .folder = folder.path(),
        .eventually = [](std::function<bool()> condition) { return eventually(condition, 30s); },
        .lasting = {"sleep", "1000"},
        .failing = {"false"},
        .kill_shim =
            [](std::string const& place) {
                auto shim = static_cast<pid_t>(read_state(place).shim_pid);
                if (shim > 0) ::kill(shim, SIGKILL);
            },
        .calm = [&] { EXPECT_TRUE(eventually([&] { return count_of_new_shims(folder.path()) == 0; })); }};
    return SupervisorStory(std::move(world), seed).tell(operations);
}

std::vector<std::string> told_by_model(std::uint64_t seed, int operations) {
    sim::Simulation world(seed);
    base::FakeFiles files;
    ModelSupervisor supervisor(world, files, [](ProcessSpec const& spec) {
        ModelProgram program;
        program.executable = spec.command.front() != "/nowhere/program";
        if (spec.command.front() == "false") program.life = 1ms;
        return program;
    });
    SupervisorWorld surroundings{.supervisor = supervisor,
                                 .folder = "/p",
                                 .eventually =
                                     [&](std::function<bool()> condition) {
                                         SteadyTime end = world.now() + 60s;
                                         while (!condition())
                                             if (!world.step() || world.now() > end) return condition();
                                         return true;
                                     },
                                 .lasting = {"sleep", "1000"},
                                 .failing = {"false"},
                                 .kill_shim = [&](std::string const& place) { supervisor.kill_shim(place); },
                                 .calm =
                                     [&] {
                                         SteadyTime end = world.now() + 20ms;
                                         while (world.now() <= end && world.step()) {
                                         }
                                     }};
    return SupervisorStory(std::move(surroundings), seed).tell(operations);
}

}  // namespace

TEST(SupervisorContract, TheModelTellsTheSameStoryAsTheRealOne) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed)
        EXPECT_EQ(told_by_model(seed, 30), told_by_real(seed, 30)) << "seed " << seed;
}

}  // namespace target
