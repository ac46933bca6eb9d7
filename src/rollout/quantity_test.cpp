#include "rollout/quantity.hpp"

#include <gtest/gtest.h>

namespace rollout {
namespace {

std::string in_billionths(std::string_view text) {
    auto quantity = parse_quantity(text);
    return quantity ? quantity->str() : quantity.error().message;
}

TEST(Quantity, IsReadExactly) {
    struct {
        std::string_view text;
        char const* billionths;
    } const table[] = {
        {"0", "0"},
        {"3", "3000000000"},
        {"500m", "500000000"},
        {"0.5", "500000000"},
        {".5", "500000000"},
        {"5.", "5000000000"},
        {"+1", "1000000000"},
        {"-1", "-1000000000"},
        {"100n", "100"},
        {"7u", "7000"},
        {"1k", "1000000000000"},
        {"2M", "2000000000000000"},
        {"1Ki", "1024000000000"},
        {"1.5Gi", "1610612736000000000"},
        {"0.1Ki", "102400000000"},
        {"9Ei", "10376293541461622784000000000"},
        {"1E", "1000000000000000000000000000"},
        {"1E3", "1000000000000"},
        {"1e-3", "1000000"},
        {"12e+2", "1200000000000"},
        {"0.0000000001", "1"},  // rounded up
    };
    for (auto const& row : table) EXPECT_EQ(in_billionths(row.text), row.billionths) << row.text;
}

TEST(Quantity, RefusesWhatIsNone) {
    for (std::string_view text : {"", ".", "m", "1x", "1 Gi", "1e", "1e99", "1.2.3", "Gi", "--1", "1KI"})
        EXPECT_EQ(in_billionths(text), fmt::format("\"{}\" is no quantity", text));
}

TEST(Quantity, IsSaidInTheUnitOfItsResource) {
    struct {
        std::string_view text, resource;
        char const* said;
    } const table[] = {
        {"1500m", "requests.cpu", "1500m"},       {"2000m", "requests.cpu", "2"},
        {"0.0001", "limits.cpu", "1m"},           {"1024Mi", "requests.memory", "1Gi"},
        {"1000", "limits.memory", "1000"},        {"1536Mi", "memory", "1536Mi"},
        {"0", "requests.ephemeral-storage", "0"}, {"7", "pods", "7"},
    };
    for (auto const& row : table)
        EXPECT_EQ(say_quantity(*parse_quantity(row.text), row.resource), row.said) << row.text;
}

}  // namespace
}  // namespace rollout
