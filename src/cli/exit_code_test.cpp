#include "cli/exit_code.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

using base::Errc;
using model::Phase;

TEST(ExitCode, IsTheTableForPipelines) {
    EXPECT_EQ(static_cast<int>(exit_code_of(Phase::completed)), 0);
    EXPECT_EQ(static_cast<int>(exit_code_of(Phase::failed)), 1);
    EXPECT_EQ(static_cast<int>(exit_code_of(Phase::cancelled)), 1);
    EXPECT_EQ(static_cast<int>(exit_code_of(Phase::superseded)), 1);
    EXPECT_EQ(static_cast<int>(exit_code_of(Errc::invalid)), 2);
    EXPECT_EQ(static_cast<int>(exit_code_of(Phase::rolled_back)), 3);
    EXPECT_EQ(static_cast<int>(exit_code_of(Phase::waiting_for_approval)), 4);
    EXPECT_EQ(static_cast<int>(ExitCode::time_limit), 5);
    EXPECT_EQ(static_cast<int>(exit_code_of(Errc::unavailable)), 6);
    EXPECT_EQ(static_cast<int>(exit_code_of(Errc::timed_out)), 6);
}

TEST(ExitCode, EveryOtherRefusalIsAFailure) {
    for (Errc code : {Errc::unauthenticated, Errc::forbidden, Errc::not_found, Errc::conflict,
                      Errc::unsupported, Errc::internal})
        EXPECT_EQ(exit_code_of(code), ExitCode::failed);
}

}  // namespace
}  // namespace cli
