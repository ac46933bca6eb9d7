#include <gtest/gtest.h>

#include <boost/asio/thread_pool.hpp>
#include <filesystem>

#include "base/testing.hpp"
#include "store/store.hpp"

namespace store {
namespace {

TEST(Sqlite, OpensAndKeepsASetting) {
    std::string folder = "/tmp/store-first-test";
    std::filesystem::remove_all(folder);
    asio::io_context context(1);
    auto opened =
        open_sqlite({.file = folder + "/pilothouse.db"}, context.get_executor(), context.get_executor());
    ASSERT_TRUE(opened) << opened.error().message << opened.error().detail;
    Store& store = **opened;
    auto write = [](Transaction& transaction) -> Result<int> {
        TRY_VOID(save_setting(transaction, "a", "b"));
        model::Event event{.topic = "x"};
        TRY(auto seq, append_event(transaction, event));
        return static_cast<int>(seq);
    };
    auto read = [](Transaction& transaction) { return find_setting(transaction, "a"); };
    auto written = base::run(context, store.write(write));
    ASSERT_TRUE(written) << written.error().message << written.error().detail;
    EXPECT_EQ(*written, 1);
    auto found = base::run(context, store.read(read));
    ASSERT_TRUE(found) << found.error().message << found.error().detail;
    EXPECT_EQ(**found, "b");
}

}  // namespace
}  // namespace store
