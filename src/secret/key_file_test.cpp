#include "secret/key_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

namespace secret {
namespace {

constexpr char path[] = "/data/secret.key";

void fill_with_sevens(std::span<unsigned char> bytes) { std::fill(bytes.begin(), bytes.end(), 7); }

TEST(KeyFile, IsMadeOnceAndReadAgain) {
    base::FakeFiles files;
    KeyFile const file(path, files);
    EXPECT_EQ(file.read().error().code, base::Errc::not_found);

    auto made = file.make(fill_with_sevens);

    ASSERT_TRUE(made) << made.error().message;
    std::string sevens;
    for (int i = 0; i < 32; ++i) sevens += "07";
    EXPECT_EQ(files.contents[path], "pilothouse-key-1\n" + sevens + "\n");
    auto read = file.read();
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->front().id, made->front().id);
    EXPECT_EQ(made->front().id.size(), 12U);
}

TEST(KeyFile, MayHoldOlderKeysBelowTheNewest) {
    base::FakeFiles files;
    files.contents[path] =
        "pilothouse-key-1\r\n" + std::string(64, 'a') + "\r\n\n" + std::string(64, 'B') + "\n";
    auto read = KeyFile(path, files).read();
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->size(), 2U);
    EXPECT_NE((*read)[0].id, (*read)[1].id);
}

TEST(KeyFile, WithoutAKeyIsRefusedWithoutQuotingIt) {
    base::FakeFiles files;
    std::string const key(64, 'a');
    for (std::string text :
         {std::string(), std::string("pilothouse-key-1\n"), key, "pilothouse-key-2\n" + key,
          "pilothouse-key-1\n" + key + "a", "pilothouse-key-1\n" + std::string(64, 'g'),
          "pilothouse-key-1\n" + key + "\nsomething"}) {
        files.contents[path] = text;
        auto read = KeyFile(path, files).read();
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, base::Errc::invalid);
        EXPECT_EQ(read.error().message,
                  "the key file /data/secret.key holds no key: its first line must be pilothouse-key-1, and "
                  "each other one 64 hexadecimal digits; put it back from its backup");
    }
}

struct RealKeyFile : testing::Test {
    RealKeyFile() {
        std::string name = "/tmp/pilothouse-secret-test-XXXXXX";
        folder = ::mkdtemp(name.data());
    }
    ~RealKeyFile() override { std::filesystem::remove_all(folder); }
    std::string folder{};
    base::RealFiles files{};
};

TEST_F(RealKeyFile, IsReadableByItsOwnerAlone) {
    std::string const real = folder + "/keys/secret.key";
    KeyFile const file(real, files);
    ASSERT_TRUE(file.make(fill_with_sevens));
    EXPECT_EQ(std::filesystem::status(real).permissions(), std::filesystem::perms(0600));
    EXPECT_TRUE(file.read());
    for (mode_t mode : {0604U, 0602U, 0660U, 0644U, 0777U}) {
        ASSERT_EQ(::chmod(real.c_str(), mode), 0);
        auto read = file.read();
        ASSERT_FALSE(read) << mode;
        EXPECT_NE(
            read.error().message.find("the key file " + real + " can be read or changed by others (mode "),
            std::string::npos)
            << read.error().message;
    }
}

}  // namespace
}  // namespace secret
