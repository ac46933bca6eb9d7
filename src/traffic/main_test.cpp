// The test program is its own shim, as pilothouse is.
#include <gtest/gtest.h>

#include <cstring>

#include "target/shim.hpp"

int main(int count, char** arguments) {
    if (count == 3 && std::strcmp(arguments[1], "shim") == 0) return target::run_shim(arguments[2]);
    testing::InitGoogleTest(&count, arguments);
    return RUN_ALL_TESTS();
}
