#include "model/selector.hpp"

#include <gtest/gtest.h>

#include "model/environment.hpp"

namespace model {
namespace {

TEST(Selector, IsANameMatchersOrBoth) {
    for (char const* good :
         {"http_requests_total", "job:requests:total", R"({job="web"})", R"(up{})", R"(a{b="c",})",
          R"(http_requests_total { job = "web" , pod !~ 'a-.+', x=~`b\d`, y!="" })",
          R"(a{b="with \" and } inside"})", R"(a{pod=~"{deployment}-[a-z]{5}"})", R"({__name__="a",b="c"})"})
        EXPECT_TRUE(check_selector(good)) << good;
    for (char const* bad : {"", " ", "sum(a)", "rate(a[1m])", "a[5m]", "a offset 5m", "a + b", "a b", "1a",
                            R"(a{b="c")", R"(a{b="c"}})", R"(a{b=c})", R"(a{b "c"})", R"(a{"b"})",
                            R"(a{b="c" d="e"})", R"(a{b="c\"})", "a{b=\"", "a{,}"})
        EXPECT_FALSE(check_selector(bad)) << bad;
    EXPECT_FALSE(check_selector(std::string(1001, 'a')));
    EXPECT_TRUE(check_selector(RequestMetrics{}.requests));
}

TEST(Selector, IsFilledWithTheNamesOfOneColor) {
    SelectorNames const names{"shop", "web", "blue", "web-blue"};
    EXPECT_EQ(fill_selector(R"({n="{namespace}",s="{service}-{color}",p=~"{deployment}-.+{other}"})", names),
              R"({n="shop",s="web-blue",p=~"web-blue-.+{other}"})");
    EXPECT_EQ(fill_selector(RequestMetrics{}.requests, names),
              R"(http_requests_total{namespace="shop",pod=~"web-blue-[0-9a-z]+-[0-9a-z]+"})");
    EXPECT_EQ(fill_selector("{service", names), "{service");
    EXPECT_EQ(fill_selector("", names), "");
}

}  // namespace
}  // namespace model
