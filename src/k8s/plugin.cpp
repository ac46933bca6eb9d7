#include "k8s/plugin.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/json_at.hpp"
#include "base/offload.hpp"
#include "base/time.hpp"
#include "k8s/object.hpp"

namespace k8s {

namespace {

constexpr Duration longest_run = 30s;
constexpr Duration before_expiry = 1min;

/// What the plugin is told: that nobody can answer its questions.
std::string exec_info(std::string const& api_version) {
    return json::serialize(json::object{{"apiVersion", api_version},
                                        {"kind", "ExecCredential"},
                                        {"spec", json::object{{"interactive", false}}}});
}

/// A result that can be made without a value, as `offload` wants it.
using Outcome = std::optional<base::Result<std::string>>;

}  // namespace

base::Result<PluginIdentity> parse_exec_credential(std::string const& text, PluginCall const& call) {
    auto wrong = [&](std::string_view why) {
        return base::invalid(fmt::format("the credential plugin {} answers {}", call.command, why));
    };
    auto parsed = base::parse_json(text);
    if (!parsed) return wrong("what is not JSON");
    if (base::text_at(*parsed, "/kind") != "ExecCredential") return wrong("no ExecCredential");
    if (base::text_at(*parsed, "/apiVersion") != call.api_version)
        return wrong(fmt::format("in another version than {}", call.api_version));
    PluginIdentity got{.identity = {.token = base::text_at(*parsed, "/status/token"),
                                    .certificate = base::text_at(*parsed, "/status/clientCertificateData"),
                                    .key = base::text_at(*parsed, "/status/clientKeyData")}};
    if (got.identity.certificate.empty() != got.identity.key.empty())
        return wrong("a certificate without its key, or a key without its certificate");
    if (got.identity == Identity{}) return wrong("neither a token nor a certificate");
    if (std::string expires = base::text_at(*parsed, "/status/expirationTimestamp"); !expires.empty()) {
        auto time = base::parse_time(expires);
        if (!time) return wrong("an expirationTimestamp that is no time");
        got.expires = *time;
    }
    return got;
}

awaitable<base::Result<Identity>> PluginCredential::current() {
    if (is_fresh()) co_return last_->identity;
    auto alone = co_await one_at_a_time_.lock();
    if (is_fresh()) co_return last_->identity;
    PluginCall call = call_;
    call.environment["KUBERNETES_EXEC_INFO"] = exec_info(call.api_version);
    auto run = [&plugins = host_.plugins, call] { return Outcome(plugins.run(call, longest_run)); };
    Outcome said = co_await base::offload(host_.workers, run);
    if (!*said) co_return said->error();
    CO_TRY(PluginIdentity got, parse_exec_credential(**said, call_));
    last_ = std::move(got);
    got_at_ = host_.clock.wall_now();
    co_return last_->identity;
}

bool PluginCredential::is_fresh() const {
    if (!last_) return false;
    return !last_->expires || host_.clock.wall_now() + before_expiry < *last_->expires;
}

bool PluginCredential::refused() {
    bool just_got = host_.clock.wall_now() - got_at_ < 1s;
    last_.reset();
    return !just_got;
}

}  // namespace k8s
