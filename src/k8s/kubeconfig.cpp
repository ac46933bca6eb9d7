#include "k8s/kubeconfig.hpp"

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/nearest.hpp"
#include "config/yaml.hpp"

namespace k8s {

namespace {

using config::meant;
using config::Node;
using config::NodeKind;

struct Refused : std::exception {
    explicit Refused(base::Error why) : error(std::move(why)) {}
    base::Error error;
};

/// Why a field that kubectl knows is not accepted from a stranger.
struct Danger {
    std::string_view key, why;
};
constexpr Danger dangers[] = {
    {"exec", "it would run a program here"},
    {"auth-provider", "it would run code of a provider here; kubectl has removed it, too"},
    {"certificate-authority", "it names a file of this machine; use certificate-authority-data"},
    {"client-certificate", "it names a file of this machine; use client-certificate-data"},
    {"client-key", "it names a file of this machine; use client-key-data"},
    {"tokenFile", "it names a file of this machine; use token"},
    {"proxy-url", "requests would take a way that the portal's operator has not chosen"},
    {"insecure-skip-tls-verify", "any server could pose as this cluster; use certificate-authority-data"},
    {"as", "requests would be made in somebody else's name; give a credential of the account itself"},
    {"as-uid", "requests would be made in somebody else's name; give a credential of the account itself"},
    {"as-groups", "requests would be made in somebody else's name; give a credential of the account itself"},
    {"as-user-extra",
     "requests would be made in somebody else's name; give a credential of the account itself"},
    {"username", "API servers take no passwords any more; use a token or a client certificate"},
    {"password", "API servers take no passwords any more; use a token or a client certificate"}};

/// Those of them that an operator's own file may have.
constexpr std::string_view for_own_files[] = {
    "exec", "certificate-authority", "client-certificate", "client-key", "tokenFile", "proxy-url"};

bool is_one_of(std::string_view word, std::span<std::string_view const> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

/// RFC 1123, as namespaces are called.
bool is_label(std::string_view text) {
    auto inside = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
           std::all_of(text.begin(), text.end(), inside);
}

class Reader {
public:
    Reader(std::string_view text, OwnKubeconfig const* own, base::Files* files)
        : text_(text),
          report_("kubeconfig", text_, own ? config::Quoting::allowed : config::Quoting::never),
          own_(own),
          files_(files) {}

    Access read(std::string context) {
        document_ = config::parse(report_);
        if (!report_.empty()) throw Refused(base::invalid(say(report_.problems())));
        Node const& root = *document_.root;
        constexpr std::string_view known[] = {"apiVersion", "kind",        "clusters",   "users",
                                              "contexts",   "preferences", "extensions", "current-context"};
        check_keys(root, known);
        if (context.empty()) context = text_of(root, "current-context");
        if (context.empty()) refuse(root, "current-context is missing, and no context was named");
        constexpr std::string_view in_context[] = {"cluster", "user", "namespace", "extensions"};
        Node const& chosen = entry(root, "contexts", "context", context);
        check_keys(chosen, in_context);
        Access access;
        access.cluster.name = context;
        read_namespace(chosen, access.cluster);
        read_cluster(entry(root, "clusters", "cluster", text_of(chosen, "cluster")), access.cluster);
        read_user(entry(root, "users", "user", text_of(chosen, "user")), access);
        return access;
    }

private:
    [[noreturn]] void refuse(Node const& at, std::string_view why) const {
        throw Refused(base::invalid(fmt::format("kubeconfig, line {}: {}", report_.line(at), why)));
    }

    /// Merge keys (<<) are no field of a kubeconfig and so are refused with the rest.
    void check_keys(Node const& mapping, std::span<std::string_view const> known) const {
        if (meant(mapping).kind != NodeKind::mapping) refuse(mapping, "expected fields (key: value)");
        std::vector<config::Field> fields = config::written_fields(meant(mapping));
        for (config::Field const& field : fields) {
            std::string const& key = field.key->text;
            if (is_one_of(key, known) || (own_ && is_one_of(key, for_own_files))) continue;
            bool harmless = key == "insecure-skip-tls-verify" && meant(*field.value).text == "false";
            if (harmless) continue;
            refuse(*field.key, fmt::format("{} is not accepted: {}", told(key), why_not(key, known)));
        }
    }
    /// A stranger's text may have a secret where a field should be: "{token hidden}" has no colon.
    std::string_view told(std::string_view key) const {
        constexpr std::size_t longest = 32;
        auto is_of_a_name = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '<';
        };
        bool const is_name = key.size() <= longest && std::all_of(key.begin(), key.end(), is_of_a_name);
        return own_ || is_name ? key : "what stands here";
    }
    static std::string why_not(std::string_view key, std::span<std::string_view const> known) {
        for (Danger const& danger : dangers)
            if (danger.key == key) return std::string(danger.why);
        return "unknown field" + base::suggestion(key, known);
    }

    Node const* member(Node const& mapping, std::string_view key) const {
        std::vector<config::Field> fields = config::written_fields(meant(mapping));
        for (config::Field const& field : fields)
            if (field.key->text == key) return field.value;
        return nullptr;
    }
    /// Empty when it is not there.
    std::string text_of(Node const& mapping, std::string_view key) const {
        Node const* found = member(mapping, key);
        if (!found) return {};
        if (meant(*found).kind != NodeKind::scalar) refuse(*found, fmt::format("{}: expected text", key));
        return meant(*found).text;
    }

    /// What stands under `field` in the one item of a list that has this name.
    Node const& entry(Node const& root, std::string_view list, std::string_view field,
                      std::string const& name) const {
        Node const* items = member(root, list);
        if (!items || meant(*items).kind != NodeKind::list)
            refuse(items ? *items : root, fmt::format("{}: expected a list", list));
        Node const* found = nullptr;
        for (Node const* item : meant(*items).children) {
            if (meant(*item).kind != NodeKind::mapping)
                refuse(*item, fmt::format("{}: expected fields", list));
            if (text_of(*item, "name") != name) continue;
            if (found) refuse(*item, fmt::format("a second entry of {} is called \"{}\"", list, name));
            found = item;
        }
        if (!found) refuse(*items, fmt::format("no entry of {} is called \"{}\"", list, name));
        std::string_view const known[] = {"name", field};
        check_keys(*found, known);
        Node const* content = member(*found, field);
        if (!content) refuse(*found, fmt::format("{} is missing", field));
        return *content;
    }

    void read_namespace(Node const& context, Cluster& into) const {
        std::string name = text_of(context, "namespace");
        if (name.empty()) return;
        if (!is_label(name)) refuse(*member(context, "namespace"), "namespace: that is no name of one");
        into.namespace_ = name;
    }

    void read_cluster(Node const& cluster, Cluster& into) const {
        constexpr std::string_view known[] = {"server", "certificate-authority-data", "tls-server-name",
                                              "extensions", "disable-compression"};
        check_keys(cluster, known);
        into.server = read_url(cluster, "server");
        if (!into.server.tls && !own_)
            refuse(*member(cluster, "server"),
                   "server: only https; a credential does not travel in plain text");
        into.authorities = data_or_file(cluster, "certificate-authority", "CERTIFICATE");
        into.server_name = text_of(cluster, "tls-server-name");
        if (member(cluster, "proxy-url")) into.proxy = read_url(cluster, "proxy-url");
    }

    http::Url read_url(Node const& cluster, std::string_view key) const {
        Node const* node = member(cluster, key);
        if (!node) refuse(cluster, fmt::format("{} is missing", key));
        auto url = http::parse_url(text_of(cluster, key));
        if (!url)  // which would quote it, and somebody may have written a password there
            refuse(*node, fmt::format("{}: that is no address; write it like https://k8s.example.org:6443, "
                                      "without a user or a password",
                                      key));
        if (url->target != "/") refuse(*node, fmt::format("{}: a path in the address is not supported", key));
        return *url;
    }

    void read_user(Node const& user, Access& into) const {
        constexpr std::string_view known[] = {"token", "client-certificate-data", "client-key-data",
                                              "extensions"};
        check_keys(user, known);
        Identity& identity = into.identity;
        identity.token = text_of(user, "token");
        if (!is_visible(identity.token)) refuse(*member(user, "token"), "token: that is none");
        identity.certificate = data_or_file(user, "client-certificate", "CERTIFICATE");
        identity.key = data_or_file(user, "client-key", "PRIVATE KEY");
        if (identity.certificate.empty() != identity.key.empty())
            refuse(user, "client-certificate-data and client-key-data belong together");
        if (std::string path = text_of(user, "tokenFile"); !path.empty()) into.token_file = absolute(path);
        if (Node const* exec = member(user, "exec")) into.plugin = read_exec(*exec);
        bool has_none = identity == Identity{} && into.token_file.empty() && !into.plugin;
        if (has_none)
            refuse(user, "there is no credential: give a token, or a client certificate with its key");
    }

    /// `<key>-data`, in base64, or else the file that `<key>` names.
    std::string data_or_file(Node const& mapping, std::string const& key, std::string_view kind) const {
        std::string const data_key = key + "-data";
        std::string pem;
        Node const* at = member(mapping, data_key);
        if (at) {
            std::string text = text_of(mapping, data_key);
            std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
            auto decoded = base::from_base64(text);
            if (!decoded) refuse(*at, data_key + ": that is no base64");
            pem = std::move(*decoded);
        } else if (at = member(mapping, key); at) {
            pem = read_file(text_of(mapping, key));
        }
        bool is_pem = pem.find("-----BEGIN ") != std::string::npos && pem.find(kind) != std::string::npos;
        if (at && !is_pem)
            refuse(*at, fmt::format("{}: there is no {} in it", at == member(mapping, key) ? key : data_key,
                                    kind));
        return pem;
    }

    std::string absolute(std::string const& path) const {
        if (path.starts_with('/')) return path;
        return own_->path.substr(0, own_->path.rfind('/') + 1) + path;
    }
    std::string read_file(std::string const& path) const {
        auto text = files_->read(absolute(path));
        if (!text) throw Refused(text.error());
        return std::move(*text);
    }

    PluginCall read_exec(Node const& exec) const {
        constexpr std::string_view known[] = {
            "apiVersion", "command", "args", "env", "installHint", "interactiveMode", "provideClusterInfo"};
        constexpr std::string_view versions[] = {"client.authentication.k8s.io/v1",
                                                 "client.authentication.k8s.io/v1beta1"};
        check_keys(exec, known);
        PluginCall call{.command = text_of(exec, "command"), .api_version = text_of(exec, "apiVersion")};
        bool is_allowed = std::find(own_->allowed_plugins.begin(), own_->allowed_plugins.end(),
                                    call.command) != own_->allowed_plugins.end();
        if (!is_allowed)
            refuse(exec,
                   fmt::format("the credential plugin \"{}\" is not one of those that the settings allow",
                               call.command));
        if (!is_one_of(call.api_version, versions))
            refuse(exec, fmt::format("exec: apiVersion must be {} or {}", versions[0], versions[1]));
        if (text_of(exec, "interactiveMode") == "Always")
            refuse(exec, "exec: the plugin wants to ask a person, and here is none");
        if (text_of(exec, "provideClusterInfo") == "true")
            refuse(exec, "exec: provideClusterInfo is not supported");
        call.arguments = read_texts(exec, "args");
        read_environment(exec, call);
        return call;
    }

    std::vector<std::string> read_texts(Node const& mapping, std::string_view key) const {
        std::vector<std::string> texts;
        Node const* list = member(mapping, key);
        if (!list || meant(*list).kind != NodeKind::list) return texts;
        for (Node const* item : meant(*list).children) {
            if (meant(*item).kind != NodeKind::scalar) refuse(*item, fmt::format("{}: expected text", key));
            texts.push_back(meant(*item).text);
        }
        return texts;
    }

    void read_environment(Node const& exec, PluginCall& call) const {
        Node const* list = member(exec, "env");
        if (!list || meant(*list).kind != NodeKind::list) return;
        constexpr std::string_view known[] = {"name", "value"};
        for (Node const* item : meant(*list).children) {
            check_keys(*item, known);
            call.environment[text_of(*item, "name")] = text_of(*item, "value");
        }
    }

    config::Text text_;
    config::Report report_;
    config::Document document_{};
    OwnKubeconfig const* own_;  // null: the text is a stranger's
    base::Files* files_;
};

base::Result<Access> read(std::string_view text, std::string const& context, OwnKubeconfig const* own,
                          base::Files* files) {
    try {
        return Reader(text, own, files).read(context);
    } catch (Refused const& refused) {
        return refused.error;
    }
}

}  // namespace

base::Result<Access> read_uploaded_kubeconfig(std::string_view text, std::string const& context) {
    return read(text, context, nullptr, nullptr);
}

base::Result<Access> read_own_kubeconfig(OwnKubeconfig const& own, base::Files& files) {
    TRY(std::string text, files.read(own.path));
    return read(text, own.context, &own, &files);
}

}  // namespace k8s
