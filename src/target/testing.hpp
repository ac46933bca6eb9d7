// For tests with real processes: a folder of their own, and waiting for what must come.
#pragma once
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <thread>

#include "base/files.hpp"
#include "target/real_supervisor.hpp"

namespace target {

/// A folder that is removed at the end; the processes in it are stopped before.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = "/tmp/pilothouse-test-XXXXXX";
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(TemporaryFolder const&) = delete;
    std::string const& path() const { return path_; }
    std::string operator/(std::string const& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

/// True as soon as the condition holds; false when it did not within a generous time.
template <class Condition>
bool eventually(Condition condition, Duration limit = 60s) {
    auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

/// Ends everything that runs below the folder, whatever became of the test.
class StopAll {
public:
    StopAll(Supervisor& supervisor, std::string folder)
        : supervisor_(supervisor), folder_(std::move(folder)) {}
    StopAll(StopAll const&) = delete;
    ~StopAll() {
        std::vector<std::string> places;
        std::error_code problem;  // files come and go meanwhile
        for (std::filesystem::recursive_directory_iterator it(folder_, problem), end; !problem && it != end;
             it.increment(problem))
            if (it->path().filename() == "lock") places.push_back(it->path().parent_path().string());
        for (std::string const& place : places)
            eventually([&] {
                (void)supervisor_.stop(place);
                auto state = supervisor_.inspect(place);
                return state && state->phase == ProcessPhase::absent;
            });
    }

private:
    Supervisor& supervisor_;
    std::string folder_;
};

}  // namespace target
