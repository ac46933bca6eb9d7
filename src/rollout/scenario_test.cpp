// Runs tests/rollout/*.scenario: a story of one rollout, told in lines, against the pure core and an ideal
// target. The words are listed in tests/rollout/README.md.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "rollout/decide.hpp"
#include "rollout/host_driver.hpp"
#include "rollout/plan.hpp"

namespace rollout {
namespace {

using model::Phase;

constexpr Duration tick = 500ms;

/// A target that does at once what it is asked, but for what the story says.
class World {
public:
    explicit World(std::string file) : file_(std::move(file)) {}

    void line(int number, std::string const& text) {
        std::istringstream words(text);
        where_ = fmt::format("{}:{}: {}", file_, number, text);
        std::string verb;
        words >> verb;
        if (verb == "rollout") return begin(words);
        if (verb == "wait") return wait(words);
        if (verb == "until") return until(words);
        if (verb == "expect") return expect(words);
        if (verb == "traffic") return read(words, requests_per_second_);
        if (verb == "errors") return errors(words);
        if (verb == "ready") return ready(words);
        if (verb == "kill") return kill(words);
        if (verb == "open") return read(words, open_requests_);
        if (verb == "haproxy") return set(words, "up", haproxy_up_);
        if (verb == "target") return set(words, "reachable", reachable_);
        if (verb == "restart") return forget_time();
        if (verb == "starts") return starts(words);
        act(text);
    }

private:
    template <class T>
    void read(std::istringstream& words, T& value) {
        ASSERT_TRUE(words >> value) << where_;
    }
    void set(std::istringstream& words, std::string const& on, bool& value) {
        std::string word;
        words >> word;
        value = word == on;
    }
    /// "starts fail all ports are taken", "starts work"
    void starts(std::istringstream& words) {
        std::string word;
        words >> word;
        start_problem_.clear();
        if (word == "fail") std::getline(words >> std::ws, start_problem_);
    }
    Duration duration(std::istringstream& words) {
        std::string word;
        words >> word;
        auto parsed = base::parse_duration(word);
        EXPECT_TRUE(parsed) << where_;
        return parsed ? *parsed : Duration{};
    }

    // rollout canary 1.0.0 1.1.0 replicas 3 bake 10s weights 10,50,100 ...      (from "none": a first
    // deployment)
    void begin(std::istringstream& words) {
        std::string strategy, from, to, option;
        int replicas = 1;
        words >> strategy >> from >> to;
        rollout_.strategy = *base::parse_enum<model::Strategy>(strategy, "strategy");
        rollout_.settings.bake = 10s;
        while (words >> option) {
            if (option == "replicas")
                read(words, replicas);
            else if (option == "bake")
                rollout_.settings.bake = duration(words);
            else if (option == "weights")
                rollout_.settings.weights_percent = list(words);
            else if (option == "gates")
                rollout_.settings.gates_percent = list(words);
            else if (option == "deadline")
                rollout_.settings.progress_deadline = duration(words);
            else if (option == "drain_limit")
                rollout_.settings.drain_limit = duration(words);
            else if (option == "max_wait")
                rollout_.judge.max_wait = duration(words);
            else if (option == "on_no_data")
                rollout_.judge.on_no_data = choice<model::NoDataPolicy>(words);
            else if (option == "on_source_down")
                rollout_.judge.on_source_down = choice<model::SourceDownPolicy>(words);
            else if (option == "unjudged")
                rollout_.judge.enabled = false;
            else
                FAIL() << where_ << ": unknown option " << option;
        }
        rollout_.component = "web";
        rollout_.to = {
            .number = 2, .version = to, .traffic = {.listen = "127.0.0.1:80", .health = "/healthz"}};
        rollout_.to.workload.replicas = replicas;
        if (from != "none") {
            rollout_.from = rollout_.to;
            rollout_.from.number = 1;
            rollout_.from.version = from;
            for (int slot = 0; slot < replicas; ++slot) {
                start(rollout_.from, slot);
                servers_[target::replica_name("web", 1, slot)].weight = 256;
            }
        }
        rollout_.plan = plan({rollout_.strategy, rollout_.settings, from == "none" ? 0 : replicas, replicas});
    }
    std::vector<int> list(std::istringstream& words) {
        std::string word, item;
        words >> word;
        std::istringstream items(word);
        std::vector<int> values;
        while (std::getline(items, item, ',')) values.push_back(std::stoi(item));
        return values;
    }
    template <class E>
    E choice(std::istringstream& words) {
        std::string word;
        words >> word;
        return *base::parse_enum<E>(word, "word");
    }

    // errors new 5        (percent)
    void errors(std::istringstream& words) {
        std::string who;
        double percent = 0;
        words >> who >> percent;
        errors_percent_[who == "new" ? 2 : 1] = percent;
    }
    // ready after 3s | ready never
    void ready(std::istringstream& words) {
        std::string when;
        words >> when;
        ready_after_ = when == "never" ? Duration(std::chrono::hours(1000)) : duration(words);
    }
    // kill new 0 : its process ends and does not come back;
    void kill(std::istringstream& words) {
        std::string who;
        int slot = 0;
        words >> who >> slot;
        dead_.insert(target::replica_name("web", who == "new" ? 2 : 1, slot));
    }
    void act(std::string const& text) {
        base::Result<void> done;
        if (text == "pause")
            done = pause(rollout_);
        else if (text == "resume")
            done = resume(rollout_);
        else if (text == "promote")
            done = promote(rollout_, false);
        else if (text == "promote all")
            done = promote(rollout_, true);
        else if (text == "abort")
            done = abort(rollout_, model::AbortCause::person);
        else if (text == "supersede")
            done = abort(rollout_, model::AbortCause::superseded);
        else
            FAIL() << where_ << ": unknown line";
        ASSERT_TRUE(done) << where_ << ": " << done.error().message;
    }
    void forget_time() { looked_ = false; }

    // wait 10s
    void wait(std::istringstream& words) {
        Duration length = duration(words);
        for (Duration passed{}; passed < length; passed += tick) step();
    }
    // until phase paused within 60s
    void until(std::istringstream& words) {
        std::string what, value, within;
        words >> what >> value >> within;
        Duration length = duration(words);
        for (Duration passed{}; passed < length; passed += tick) {
            step();
            if (fact(what) == value) return;
        }
        FAIL() << where_ << ": after that time it is " << fact(what) << ": " << rollout_.reason << "\n"
               << all_log();
    }
    std::string fact(std::string const& what) {
        if (what == "phase") return std::string(base::enum_name(rollout_.phase));
        if (what == "weight") return std::to_string(rollout_.weight_in_force);
        if (what == "step") return std::string(base::enum_name(rollout_.current().kind));
        if (what == "verdict") return std::string(base::enum_name(rollout_.total.verdict));
        if (what == "old") return std::to_string(count(1));
        if (what == "new") return std::to_string(count(2));
        return "?";
    }
    int count(int revision) {
        return static_cast<int>(std::count_if(replicas_.begin(), replicas_.end(),
                                              [&](auto const& r) { return r.second.revision == revision; }));
    }
    void expect(std::istringstream& words) {
        std::string what, value;
        words >> what;
        std::getline(words >> std::ws, value);
        if (what == "reason")
            EXPECT_NE(rollout_.reason.find(value), std::string::npos)
                << where_ << "\nit says: " << rollout_.reason;
        else if (what == "log")
            EXPECT_NE(all_log().find(value), std::string::npos) << where_ << "\n" << all_log();
        else if (what == "lost")
            EXPECT_EQ(std::to_string(lost_), value) << where_;
        else
            EXPECT_EQ(fact(what), value) << where_ << ": " << rollout_.reason << "\n" << all_log();
    }
    std::string all_log() {
        std::string text;
        for (auto const& entry : log_) text += entry.text + "\n";
        return text;
    }

    // -- The ideal target.

    void start(model::Revision const& revision, int slot) {
        target::Replica replica{.name = target::replica_name("web", revision.number, slot),
                                .revision = revision.number,
                                .slot = slot,
                                .version = revision.version,
                                .port = static_cast<std::uint16_t>(20000 + revision.number * 100 + slot)};
        replica.process = {.phase = target::ProcessPhase::running, .pid = 1, .starts = 1};
        if (replicas_.contains(replica.name)) return;
        replicas_[replica.name] = replica;
        servers_[replica.name] = {
            .name = replica.name, .address = fmt::format("127.0.0.1:{}", replica.port), .generation = "1"};
        servers_[replica.name].routable = revision.number == 1;
        servers_[replica.name].check = revision.number == 1 ? "L7OK" : "INI";
        routable_at_[replica.name] = now_ + (revision.number == 1 ? Duration{} : ready_after_);
        if (revision.number == 2)
            in_router_.erase(replica.name);
        else
            in_router_.insert(replica.name);
    }

    Observation look() {
        std::vector<target::Replica> replicas;
        traffic::RouterState router{.running = haproxy_up_, .listen = "127.0.0.1:80", .health = "/healthz"};
        for (auto& [name, replica] : replicas_) {
            auto& server = servers_[name];
            bool up = now_ >= routable_at_[name] && !dead_.contains(name);
            server.routable = up;
            server.check = up ? "L7OK" : dead_.contains(name) ? "L4CON" : "L7STS 503";
            replica.process.phase =
                dead_.contains(name) ? target::ProcessPhase::backing_off : target::ProcessPhase::running;
            replicas.push_back(replica);
            if (in_router_.contains(name)) router.servers.push_back(server);
        }
        if (!haproxy_up_) router.problem = "HAProxy does not run";
        Observation seen = observation_of("web", std::move(replicas), std::move(router));
        seen.at = WallTime(std::chrono::duration_cast<WallTime::duration>(now_));
        seen.elapsed = looked_ ? tick : Duration{};
        seen.trouble = trouble_;
        if (!reachable_) seen.problem = "the target does not answer";
        looked_ = true;
        return seen;
    }

    void step() {
        now_ += tick;
        serve();
        Observation seen = look();
        Phase before = rollout_.phase;
        Decision decision = decide(rollout_, seen);
        EXPECT_TRUE(!is_final(before) || decision.next == rollout_) << where_ << ": a final state changed";
        rollout_ = decision.next;
        log_.insert(log_.end(), decision.log.begin(), decision.log.end());
        trouble_.clear();
        if (is_final(rollout_.phase) || !seen.problem.empty()) return;
        for (Effect const& effect : seen.sight->missing(wish_of(rollout_, seen))) perform(effect);
    }

    void perform(Effect const& effect) {
        if (!trouble_.empty()) return;  // nothing overtakes what failed
        if (auto const* wanted = std::get_if<StartProcess>(&effect.order)) {
            trouble_ = start_problem_;
            return trouble_.empty() ? start(wanted->revision, wanted->slot) : void();
        }
        if (effect.purpose == Purpose::stop) {
            EXPECT_FALSE(in_router_.contains(effect.object)) << where_ << ": stopped while it serves";
            replicas_.erase(effect.object);
            return;
        }
        if (!haproxy_up_) return;
        std::set<std::string> wanted;
        for (traffic::Server const& server : std::get<SetRoute>(effect.order).route.servers) {
            wanted.insert(server.name);
            in_router_.insert(server.name);
            servers_[server.name].weight = server.weight;
            servers_[server.name].draining = server.draining;
            servers_[server.name].sessions = server.draining ? open_requests_ : 0;
        }
        std::erase_if(in_router_, [&](std::string const& name) { return !wanted.contains(name); });
    }

    /// Half a second of requests, shared by weight among those that take traffic.
    void serve() {
        if (!haproxy_up_ || requests_per_second_ == 0) return;
        double all = 0;
        for (auto const& name : in_router_)
            if (servers_[name].routable && !servers_[name].draining) all += servers_[name].weight;
        double requests = requests_per_second_ * 0.5;
        if (all == 0) {
            lost_ += static_cast<int>(requests);
            return;
        }
        for (auto const& name : in_router_) {
            auto& server = servers_[name];
            if (!server.routable || server.draining) continue;
            double share = requests * server.weight / all;
            double& part = fraction_[name];
            part += share;
            auto whole = static_cast<std::uint64_t>(part);
            part -= static_cast<double>(whole);
            server.counts.requests += whole;
            double& failing = fraction_[name + " failures"];
            failing += static_cast<double>(whole) * errors_percent_[replicas_[name].revision] / 100;
            auto failures = static_cast<std::uint64_t>(failing);
            failing -= static_cast<double>(failures);
            server.counts.failures += failures;
        }
    }

    std::string file_, where_;
    model::Rollout rollout_{};
    std::vector<model::LogEntry> log_;
    std::map<std::string, target::Replica> replicas_;
    std::map<std::string, traffic::ServerState> servers_;
    std::map<std::string, Duration> routable_at_;
    std::set<std::string> in_router_, dead_;
    std::map<std::string, double> fraction_;
    std::map<int, double> errors_percent_;
    Duration now_{}, ready_after_{};
    double requests_per_second_ = 0;
    std::int64_t open_requests_ = 0;
    int lost_ = 0;
    std::string start_problem_, trouble_;
    bool looked_ = false, haproxy_up_ = true, reachable_ = true;
};

class Scenario : public testing::TestWithParam<std::string> {};

TEST_P(Scenario, GoesAsTold) {
    std::ifstream file(GetParam());
    ASSERT_TRUE(file) << GetParam();
    World world(std::filesystem::path(GetParam()).filename().string());
    std::string text;
    int told = 0;
    for (int number = 1; std::getline(file, text); ++number) {
        if (text.empty() || text.front() == '#') continue;
        world.line(number, text);
        ++told;
        if (HasFatalFailure()) return;
    }
    EXPECT_GT(told, 2) << "an empty story proves nothing";
}

std::vector<std::string> stories() {
    std::vector<std::string> files;
    for (auto const& entry : std::filesystem::directory_iterator(PILOTHOUSE_SOURCE_DIR "/tests/rollout"))
        if (entry.path().extension() == ".scenario") files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    return files;
}

INSTANTIATE_TEST_SUITE_P(Told, Scenario, testing::ValuesIn(stories()), [](auto const& which) {
    return std::filesystem::path(which.param).stem().string();
});

}  // namespace
}  // namespace rollout
