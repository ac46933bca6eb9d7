#include "pages/pages.hpp"

#include <gtest/gtest.h>

namespace pages {
namespace {

/// A page with all codings and a script without: as web/scripts/pack.mjs writes it.
std::string packed() {
    return R"([{"path":"/index.html","type":"text/html; charset=utf-8","immutable":false,)"
           R"("identity":{"offset":0,"size":6,"tag":"p"},"gzip":{"offset":6,"size":2,"tag":"p-gz"},)"
           R"("br":{"offset":8,"size":2,"tag":"p-br"}},)"
           R"({"path":"/assets/app-1a2b.js","type":"text/javascript; charset=utf-8","immutable":true,)"
           R"("identity":{"offset":10,"size":4,"tag":"s"}}])"
           "\n<html>gzbrjs()";
}

http::Request get(std::string path, std::string accept = "text/html,*/*", std::string encoding = "") {
    http::Request request{.path = std::move(path)};
    request.fields.set("Accept", std::move(accept));
    if (!encoding.empty()) request.fields.set("Accept-Encoding", std::move(encoding));
    return request;
}

class PagesTest : public testing::Test {
protected:
    std::string body(http::Request const& request) const {
        auto answer = pages.answer(request);
        return answer && answer->shared_body ? *answer->shared_body : "";
    }
    std::string text = packed();
    Pages pages{text};
};

TEST_F(PagesTest, AnswersAFileByItsPath) {
    auto script = pages.answer(get("/assets/app-1a2b.js", "*/*"));
    ASSERT_TRUE(script);
    EXPECT_EQ(*script->shared_body, "js()");
    EXPECT_EQ(script->fields.get("Content-Type"), "text/javascript; charset=utf-8");
    EXPECT_EQ(script->fields.get("Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_FALSE(script->fields.has("Content-Security-Policy"));
}

TEST_F(PagesTest, AnswersThePageForEveryAddressInsideTheApplication) {
    for (std::string path : {"/", "/deployments", "/environments/demo", "/apiary", "/deployments/01k?x=1"})
        EXPECT_EQ(body(get(path)), "<html>") << path;
}

TEST_F(PagesTest, LeavesTheRestToOthers) {
    for (std::string path : {"/api", "/api/nothing", "/socket.io/", "/metrics", "/healthz", "/assets/old.js"})
        EXPECT_FALSE(pages.answer(get(path))) << path;
    EXPECT_FALSE(pages.answer(get("/deployments", "application/json"))) << "a program wants a 404";
    http::Request post = get("/");
    post.method = "POST";
    EXPECT_FALSE(pages.answer(post));
}

TEST_F(PagesTest, SendsTheSmallestCodingThatTheClientTakes) {
    struct Case {
        std::string accepted, body, coding, tag;
    };
    for (auto const& [accepted, expected, coding, tag] :
         {Case{"", "<html>", "", "\"p\""}, Case{"gzip, deflate, br", "br", "br", "\"p-br\""},
          Case{"gzip", "gz", "gzip", "\"p-gz\""}, Case{"br;q=0, GZIP;q=0.5", "gz", "gzip", "\"p-gz\""},
          Case{"br; q=0.0,gzip;q=0", "<html>", "", "\"p\""}, Case{"bro", "<html>", "", "\"p\""}}) {
        auto answer = pages.answer(get("/", "text/html", accepted));
        ASSERT_TRUE(answer);
        EXPECT_EQ(*answer->shared_body, expected) << accepted;
        EXPECT_EQ(answer->fields.get("Content-Encoding"), coding) << accepted;
        EXPECT_EQ(answer->fields.get("ETag"), tag) << accepted;
        EXPECT_EQ(answer->fields.get("Vary"), "Accept-Encoding");
    }
}

TEST_F(PagesTest, SaysNothingNewToWhoHasItAlready) {
    http::Request again = get("/");
    again.fields.set("If-None-Match", "\"other\", W/\"p\"");
    auto answer = pages.answer(again);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 304);
    EXPECT_FALSE(answer->shared_body);
    EXPECT_EQ(answer->fields.get("Cache-Control"), "no-cache");
}

TEST_F(PagesTest, LetsAPageRunNothingButItsOwnScripts) {
    auto answer = pages.answer(get("/"));
    ASSERT_TRUE(answer);
    std::string policy(answer->fields.get("Content-Security-Policy"));
    EXPECT_EQ(
        policy,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'");
    EXPECT_EQ(answer->fields.get("Cross-Origin-Opener-Policy"), "same-origin");
}

TEST(BuiltInPages, AreReadable) {
    Pages pages(built_in());
    EXPECT_EQ(pages.empty(), built_in().empty());
    EXPECT_EQ(pages.answer(get("/")).has_value(), !pages.empty());
}

TEST(DamagedPages, AreNamed) {
    std::string text = packed();
    EXPECT_THROW(Pages(std::string_view(text).substr(0, text.size() - 1)), std::runtime_error);
    EXPECT_THROW(Pages("no list"), std::runtime_error);
    EXPECT_TRUE(Pages("").empty());
}

}  // namespace
}  // namespace pages
