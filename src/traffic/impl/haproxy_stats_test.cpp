#include "traffic/impl/haproxy_stats.hpp"

#include <gtest/gtest.h>

namespace traffic {

namespace {

/// As 2.6.12 prints it, with the columns that matter.
std::string answer_with(std::string const& server_row,
                        std::string const& state_row = "4 replicas 2 a 127.0.0.1 2 0 100 100") {
    return "proc.health: type=str value=</healthz>\n"
           "Name: HAProxy\nVersion: 2.6.12-1+deb12u4\nPid: 4711\nStart_time_sec: 1795489527\n\n"
           "# "
           "pxname,svname,scur,stot,econ,eresp,wretr,wredis,cli_abrt,srv_abrt,check_status,check_code,last_"
           "chk,hrsp_2xx,hrsp_5xx,"
           "req_tot,addr,\n"
           "clients,FRONTEND,1,2,,,,,,,,,,90,10,100,,\n"
           "replicas,nobody,0,0,0,0,0,0,0,0,,,,0,0,0,unix,\n" +
           server_row +
           "\nreplicas,BACKEND,0,0,0,0,3,4,0,0,,,,0,0,0,,\n\n"
           "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight "
           "srv_iweight\n" +
           state_row + "\n\n";
}

LiveServer server(std::string const& row, std::string const& state = "4 replicas 2 a 127.0.0.1 2 0 100 100") {
    auto live = parse_live(answer_with(row, state));
    EXPECT_TRUE(live);
    return live->servers.at(0);
}

struct Case {
    char const* what;
    char const* row;
    std::uint64_t requests;
    std::uint64_t failures;
    std::uint64_t unspoken;
};

}  // namespace

TEST(HaproxyStats, ReadWhatHaproxySays) {
    auto live = parse_live(
        answer_with("replicas,a,1,11,0,0,0,0,0,0,L7OK,200,\"a \"\"b\"\", c\",8,2,10,127.0.0.1:20001,"));
    ASSERT_TRUE(live);
    EXPECT_EQ(live->generation, "4711-1795489527");
    EXPECT_EQ(live->health, "/healthz");
    EXPECT_EQ(live->requests, 100U);
    EXPECT_EQ(live->failures, 10U);
    EXPECT_EQ(live->retries, 7U);
    ASSERT_EQ(live->servers.size(), 1U);
    LiveServer const& a = live->servers[0];
    EXPECT_EQ(a.address, "127.0.0.1:20001");
    EXPECT_EQ(a.weight, 100);
    EXPECT_EQ(a.sessions, 1);
    EXPECT_TRUE(a.routable());
    EXPECT_EQ(a.counts.requests, 10U);
    EXPECT_EQ(a.counts.failures, 2U);
}

TEST(HaproxyStats, TellEachWayToFailOnce) {
    // The rows are those that HAProxy 2.6.12 gave after one request of each kind.
    Case const cases[] = {
        {"answered", "replicas,a,0,1,0,0,0,0,0,0,L7OK,200,,1,0,1,x,", 1, 0, 0},
        {"its own 5xx", "replicas,a,0,1,0,0,0,0,0,0,L7OK,200,,0,1,1,x,", 1, 1, 0},
        {"closed", "replicas,a,0,1,0,1,0,0,0,0,L7OK,200,,0,0,0,x,", 1, 1, 0},
        {"reset", "replicas,a,0,1,0,2,0,0,0,0,L7OK,200,,0,0,0,x,", 1, 1, 0},
        {"closed on a kept connection", "replicas,a,0,1,0,0,0,0,0,0,L7OK,200,,0,0,0,x,", 1, 1, 1},
        {"reset on a kept connection", "replicas,a,0,1,0,1,0,0,0,1,L7OK,200,,0,0,0,x,", 1, 1, 1},
        {"broke off", "replicas,a,0,1,0,1,0,0,0,1,L7OK,200,,1,0,1,x,", 1, 1, 1},
        {"cannot be connected, three times again", "replicas,a,0,4,1,0,3,0,0,0,L4CON,,,0,0,0,x,", 4, 4, 0},
        {"went to another server", "replicas,a,0,1,0,0,0,1,0,0,L4CON,,,0,0,0,x,", 1, 1, 0},
        {"is being worked at", "replicas,a,1,1,0,0,0,0,0,0,L7OK,200,,0,0,0,x,", 0, 0, 0},
        {"is being sent to the client", "replicas,a,1,1,0,0,0,0,0,0,L7OK,200,,1,0,1,x,", 1, 0, 0},
        {"was given up by its client", "replicas,a,0,1,0,0,0,0,1,0,L7OK,200,,0,0,0,x,", 0, 0, 0},
    };
    for (Case const& one : cases) {
        LiveServer const a = server(one.row);
        EXPECT_EQ(a.counts.requests, one.requests) << one.what;
        EXPECT_EQ(a.counts.failures, one.failures) << one.what;
        EXPECT_EQ(a.losses.unspoken, one.unspoken) << one.what;
    }
}

TEST(HaproxyStats, BelieveNoServerBeforeItsFirstCheck) {
    EXPECT_FALSE(server("replicas,a,0,0,0,0,0,0,0,0,INI,,,0,0,0,x,").routable());
    EXPECT_FALSE(server("replicas,a,0,0,0,0,0,0,0,0,* INI,,,0,0,0,x,").routable());
    EXPECT_TRUE(server("replicas,a,0,0,0,0,0,0,0,0,* L7OK,200,,0,0,0,x,").routable());
    EXPECT_FALSE(
        server("replicas,a,0,0,0,0,0,0,0,0,L7STS,503,,0,0,0,x,", "4 replicas 2 a 127.0.0.1 0 0 100 100")
            .routable());
    EXPECT_FALSE(
        server("replicas,a,0,0,0,0,0,0,0,0,L7OK,200,,0,0,0,x,", "4 replicas 2 a 127.0.0.1 2 1 100 100")
            .routable());
    LiveServer drained =
        server("replicas,a,0,0,0,0,0,0,0,0,L7OK,200,,0,0,0,x,", "4 replicas 2 a 127.0.0.1 2 8 100 100");
    EXPECT_TRUE(drained.draining);
    EXPECT_TRUE(drained.routable());
}

TEST(HaproxyStats, DoNotBelieveHalfAnAnswer) {
    std::string whole = answer_with("replicas,a,0,0,0,0,0,0,0,0,L7OK,200,,0,0,0,x,");
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_FALSE(parse_live(whole.substr(0, length))) << length;
    EXPECT_TRUE(parse_live(whole));
}

}  // namespace traffic
