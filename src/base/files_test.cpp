#include "base/files.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

namespace base {
namespace {

/// The same sentences hold on the disk and in memory.
class FilesContract : public testing::TestWithParam<bool> {
protected:
    FilesContract() {
        char folder[] = "/tmp/pilothouse-files-XXXXXX";
        root_ = ::mkdtemp(folder);
        if (GetParam())
            files_ = std::make_unique<RealFiles>();
        else
            files_ = std::make_unique<FakeFiles>();
    }
    ~FilesContract() override { std::filesystem::remove_all(root_); }
    std::string root_;
    std::unique_ptr<Files> files_;
};

TEST_P(FilesContract, ReadsWhatWasWrittenLast) {
    ASSERT_TRUE(files_->write(root_ + "/a/b/c.json", "one"));
    ASSERT_TRUE(files_->write(root_ + "/a/b/c.json", "two"));
    EXPECT_EQ(*files_->read(root_ + "/a/b/c.json"), "two");
}

TEST_P(FilesContract, AMissingFileIsNotFoundAndAMissingFolderEmpty) {
    EXPECT_EQ(files_->read(root_ + "/none").error().code, Errc::not_found);
    EXPECT_TRUE(files_->list(root_ + "/none")->empty());
    EXPECT_FALSE(files_->exists(root_ + "/none"));
}

TEST_P(FilesContract, ListsNamesInOrderFilesAndFolders) {
    ASSERT_TRUE(files_->write(root_ + "/x/b", ""));
    ASSERT_TRUE(files_->write(root_ + "/x/a/deep", ""));
    EXPECT_EQ(*files_->list(root_ + "/x"), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(files_->exists(root_ + "/x/a"));
}

TEST_P(FilesContract, RemovesWholeFoldersAndForgivesMissingOnes) {
    ASSERT_TRUE(files_->write(root_ + "/x/a/deep", ""));
    ASSERT_TRUE(files_->write(root_ + "/xa", ""));
    ASSERT_TRUE(files_->remove(root_ + "/x"));
    ASSERT_TRUE(files_->remove(root_ + "/x"));
    EXPECT_FALSE(files_->exists(root_ + "/x/a/deep"));
    EXPECT_TRUE(files_->exists(root_ + "/xa"));
}

INSTANTIATE_TEST_SUITE_P(OnDiskAndInMemory, FilesContract, testing::Bool(),
                         [](auto const& which) { return which.param ? "disk" : "memory"; });

TEST(RealFiles, AFolderIsRemovedWhileAnotherProcessEmptiesItAsWell) {
    char pattern[] = "/tmp/pilothouse-files-XXXXXX";
    std::string const root = ::mkdtemp(pattern);
    RealFiles files;
    for (int round = 0; round < 200; ++round) {
        for (char const* part : {"a", "b", "c", "d/e", "d/f", "g/h/i"})
            ASSERT_TRUE(files.write(fmt::format("{}/place/{}", root, part), ""));
        std::thread other([&] {
            std::error_code ignored;
            for (char const* part : {"g/h", "d/e", "d", "b", "a", "c", "g"})
                std::filesystem::remove(fmt::format("{}/place/{}", root, part), ignored);
        });
        auto removed = files.remove(root + "/place");
        other.join();
        ASSERT_TRUE(removed) << "round " << round << ": " << removed.error().message;
        EXPECT_FALSE(files.exists(root + "/place"));
    }
    std::filesystem::remove_all(root);
}

TEST(RealFiles, AFullOrForbiddenPlaceIsNamedWithItsCure) {
    RealFiles files;
    auto failed = files.write("/proc/pilothouse/x", "text");
    ASSERT_FALSE(failed);
    EXPECT_NE(failed.error().message.find("/proc/pilothouse"), std::string::npos) << failed.error().message;
    auto device = files.write("/dev/full/x", "text");
    EXPECT_FALSE(device);
}

}  // namespace
}  // namespace base
