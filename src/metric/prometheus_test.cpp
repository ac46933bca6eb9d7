#include "metric/prometheus.hpp"

#include <gtest/gtest.h>

namespace metric {
namespace {

TEST(PrometheusAnswer, ReadsRawSamples) {
    auto series = read_answer(
        R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1764032400.5,"17"],[1764032401.5,"NaN"],[1764032402.5,"18.5"]]}]}})");
    ASSERT_TRUE(series) << series.error().message;
    ASSERT_EQ(series->size(), 1u);
    EXPECT_EQ(series->front().labels.at("a"), "b");
    ASSERT_EQ(series->front().samples.size(), 2u) << "what is no number is no sample";
    EXPECT_EQ(series->front().samples[1].value, 18.5);
    EXPECT_EQ(series->front().samples[1].at - series->front().samples[0].at, 2s);
}

TEST(PrometheusAnswer, ReadsAVector) {
    auto series = read_answer(
        R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1764032400,"3"]}]}})");
    ASSERT_TRUE(series);
    EXPECT_EQ(series->front().samples.front().value, 3);
}

TEST(PrometheusAnswer, SaysWhatIsWrong) {
    EXPECT_EQ(
        read_answer(R"({"status":"error","errorType":"bad_data","error":"parse error"})").error().message,
        "the query failed: parse error");
    EXPECT_EQ(read_answer("<html>").error().message, "the answer is not that of a Prometheus server");
    EXPECT_EQ(read_answer(R"({"status":"success","data":{"resultType":"scalar","result":[1,"2"]}})")
                  .error()
                  .message,
              "the query answers with \"scalar\", not with series");
    for (
        auto const* strange :
        {"[]", "1", "{}", R"({"status":"success","data":{"resultType":"vector","result":7}})",
         R"({"status":"success","data":{"resultType":"vector","result":[{"value":[]},{"value":["x",1]},7]}})"}) {
        auto series = read_answer(strange);
        if (!series) continue;
        for (Series const& each : *series) EXPECT_TRUE(each.samples.empty()) << strange;
    }
}

}  // namespace
}  // namespace metric
