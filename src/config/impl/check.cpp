#include "config/impl/check.hpp"

#include <set>

#include "config/address.hpp"
#include "model/selector.hpp"

namespace config {

namespace {

constexpr std::array<std::string_view, 5> services{"http", "besu", "cacti", "firefly", "ccip"};
constexpr std::array<std::string_view, 3> placeholders{"version", "port", "folder"};

class Checker {
public:
    explicit Checker(Report& report) : report_(report) {}

    void check(model::Environments const& document, Node const& root) {
        Names names;
        for_each(root, "environments", document.environments,
                 [&](model::Environment const& environment, Node const& node) {
                     check_name(environment.name, node, "environment", names);
                     check_environment(environment, node);
                 });
    }

private:
    using Names = std::map<std::string, Node const*>;

    // -- Finding nodes.

    /// The field's value, or what should have it.
    Node const& at(Node const& node, std::string_view key) {
        Node const* found =
            meant(node).kind == NodeKind::mapping ? find_field(meant(node), key, report_) : nullptr;
        return found ? *found : node;
    }

    template <class T, class Visit>
    void for_each(Node const& node, std::string_view key, std::vector<T> const& items, Visit const& visit) {
        Node const& list = meant(at(node, key));
        for (std::size_t i = 0; i < items.size() && i < list.children.size(); ++i)
            visit(items[i], *list.children[i]);
    }

    // -- Rules.

    void check_name(std::string const& name, Node const& node, char const* what, Names& names) {
        Node const& where = at(node, "name");
        if (report_.has(where) || (name.empty() && &where == &node)) return;
        if (!model::is_name(name))
            return report_.add(
                where,
                fmt::format(
                    "name: \"{}\" must be lower-case letters, digits and dashes, at most 63, with a letter "
                    "or digit at both ends",
                    name));
        auto [known, is_new] = names.emplace(name, &where);
        if (!is_new)
            report_.add(where,
                        fmt::format("name: the {} \"{}\" is here twice, first in line {}; names must differ",
                                    what, name, report_.line(*known->second)));
    }

    void check_environment(model::Environment const& environment, Node const& node) {
        model::StrategySettings settings;
        if (environment.strategy) check_strategy(*environment.strategy, settings, at(node, "strategy"));
        if (environment.target.kubernetes)
            check_access(*environment.target.kubernetes, at(at(node, "target"), "kubernetes"));
        Names names;
        for_each(node, "components", environment.components,
                 [&](model::Component const& component, Node const& item) {
                     check_name(component.name, item, "component", names);
                     check_component(component, item, environment, settings);
                 });
    }

    void check_access(model::KubernetesTarget const& target, Node const& node) {
        if (!target.uploaded || report_.has_within(node)) return;
        Node const& uploaded = at(node, "uploaded");
        if (target.kubeconfig)
            report_.add(
                uploaded,
                "uploaded: there is a kubeconfig, too; name either a file of this machine (kubeconfig) "
                "or one that was uploaded (uploaded)");
        if (target.context)
            report_.add(
                at(node, "context"),
                "context: that of an uploaded kubeconfig is chosen when it is uploaded; remove it, and "
                "use: pilothouse kubeconfig put NAME FILE --context CONTEXT");
        if (!model::is_name(*target.uploaded))
            report_.add(uploaded,
                        fmt::format("uploaded: \"{}\" is no name of a kubeconfig: lower-case letters, "
                                    "digits and dashes, at most 63, with a letter or digit at both "
                                    "ends",
                                    *target.uploaded));
    }

    void check_component(model::Component const& component, Node const& node,
                         model::Environment const& environment, model::StrategySettings settings) {
        if (std::find(services.begin(), services.end(), component.service) == services.end())
            report_.add(at(node, "service"), fmt::format("unknown service \"{}\"{}", component.service,
                                                         base::suggestion(component.service, services)));
        if (environment.target.host) check_on_host(component, node);
        if (environment.target.kubernetes) check_in_cluster(component, node);
        if (component.workload) check_workload(*component.workload, at(node, "workload"));
        if (component.traffic) check_traffic(*component.traffic, at(node, "traffic"));
        if (component.rpc) check_rpc(*component.rpc, at(node, "rpc"), environment);
        if (component.strategy) check_strategy(*component.strategy, settings, at(node, "strategy"));
    }

    void check_on_host(model::Component const& component, Node const& node) {
        if (!component.workload ||
            (component.workload->command.empty() && !report_.has_within(at(node, "workload"))))
            return report_.add_missing(
                component.workload ? at(node, "workload") : node,
                "workload is required on a host: what to run, like workload: {command: "
                "[./service, --port, \"{port}\"]}");
        if (!component.traffic ||
            (component.traffic->listen.empty() && !report_.has_within(at(node, "traffic"))))
            return report_.add_missing(
                component.traffic ? at(node, "traffic") : node,
                "traffic is required on a host: where clients send requests, like traffic: "
                "{listen: \"127.0.0.1:8080\"}");
        refuse_on_host(component.workload->deployment, at(node, "workload"), "deployment");
        refuse_on_host(component.workload->container, at(node, "workload"), "container");
        refuse_on_host(component.workload->image, at(node, "workload"), "image");
        refuse_on_host(component.traffic->service, at(node, "traffic"), "service");
        refuse_on_host(component.traffic->virtual_service, at(node, "traffic"), "virtual_service");
        refuse_on_host(component.traffic->http_route, at(node, "traffic"), "http_route");
        refuse_on_host(component.traffic->metrics, at(node, "traffic"), "metrics");
    }

    void check_in_cluster(model::Component const& component, Node const& node) {
        if (!component.workload)
            return report_.add_missing(
                node,
                "workload is required in a cluster: what to run, like workload: {deployment: "
                "web, container: web, image: \"registry.example.org/web:{version}\"}");
        if (!component.traffic)
            return report_.add_missing(
                node,
                "traffic is required in a cluster: who hands out the requests, like traffic: {service: web}");
        check_cluster_workload(*component.workload, at(node, "workload"));
        check_cluster_traffic(*component.traffic, at(node, "traffic"));
    }

    void check_cluster_workload(model::Workload const& workload, Node const& node) {
        if (report_.has_within(node)) return;
        if (!workload.command.empty())
            report_.add(at(node, "command"), "command: in a cluster the image says what to run; remove it");
        check_object(workload.deployment, node, "deployment", "web for web-blue and web-green");
        check_object(workload.container, node, "container", "the name of a container of its pods");
        if (!workload.image || workload.image->find("{version}") == std::string::npos)
            report_.add(at(node, "image"),
                        "image: must hold {version}, like registry.example.org/web:{version}");
    }

    void check_cluster_traffic(model::Traffic const& traffic, Node const& node) {
        if (report_.has_within(node)) return;
        if (!traffic.listen.empty())
            report_.add(at(node, "listen"),
                        "listen: in a cluster a Service says where to send requests; remove it");
        check_object(traffic.service, node, "service", "web");
        if (traffic.virtual_service && traffic.http_route)
            return report_.add(node, "traffic: at most one of virtual_service and http_route");
        if (traffic.virtual_service) check_object(traffic.virtual_service, node, "virtual_service", "web");
        if (traffic.http_route) check_object(traffic.http_route, node, "http_route", "web");
        if (traffic.metrics) check_metrics(*traffic.metrics, at(node, "metrics"));
    }

    void check_metrics(model::RequestMetrics const& metrics, Node const& node) {
        check_selector(metrics.requests, "requests", node);
        if (metrics.failures) check_selector(*metrics.failures, "failures", node);
    }

    void check_selector(std::string const& selector, std::string_view field, Node const& node) {
        if (auto fine = model::check_selector(selector); !fine)
            report_.add(at(node, field), fmt::format("{}: {}", field, fine.error().message));
    }

    void check_object(std::optional<std::string> const& name, Node const& node, std::string_view field,
                      std::string_view like) {
        if (!name)
            report_.add_missing(node, fmt::format("{} is required in a cluster, like {}", field, like));
        else if (!model::is_name(*name))
            report_.add(at(node, field),
                        fmt::format("{}: \"{}\" is no name of an object in a cluster: lower-case "
                                    "letters, digits and dashes, at most 63",
                                    field, *name));
    }

    template <class T>
    void refuse_on_host(std::optional<T> const& value, Node const& node, std::string_view field) {
        if (value) report_.add(at(node, field), fmt::format("{}: only in a cluster; remove it", field));
    }

    void check_workload(model::Workload const& workload, Node const& node) {
        Node const& command = at(node, "command");
        if (!workload.command.empty() && workload.command.front().empty() && !report_.has(command))
            report_.add(*meant(command).children.front(), "command[0]: the program's name is empty");
        for_each(node, "command", workload.command,
                 [&](std::string const& word, Node const& where) { check_text(word, where); });
        if (workload.artifact) check_text(*workload.artifact, at(node, "artifact"));
        for (auto const& [name, value] : workload.env) check_variable(name, value, at(at(node, "env"), name));
    }

    void check_variable(std::string const& name, std::string const& value, Node const& where) {
        if (name.empty() || name.find('=') != std::string::npos)
            report_.add(
                where,
                fmt::format("env: \"{}\" is no name for a variable; it must not be empty nor hold =", name));
        check_text(value, where);
    }

    /// Braces mean themselves unless they nearly mean a placeholder.
    void check_text(std::string_view text, Node const& where) {
        if (text.find('\0') != std::string_view::npos)
            report_.add(where, "the character \\0 cannot be passed to a program; remove it");
        for (std::size_t open = text.find('{'); open != std::string_view::npos;
             open = text.find('{', open + 1)) {
            std::size_t close = text.find('}', open);
            if (close == std::string_view::npos) return;
            std::string_view word = text.substr(open + 1, close - open - 1);
            std::string_view near = base::nearest(word, placeholders);
            if (!near.empty() && near != word)
                report_.warn(where,
                             fmt::format("{{{}}} is passed on as it is (did you mean {{{}}}?)", word, near));
        }
    }

    void check_traffic(model::Traffic const& traffic, Node const& node) {
        check_path("health", traffic.health, "/healthz", at(node, "health"));
        Node const& where = at(node, "listen");
        if (&where == &node || report_.has(where)) return;
        auto endpoint = parse_listen(traffic.listen);
        if (!endpoint) return report_.add(where, "listen: " + endpoint.error().message);
        for (Listen const& other : listens_)
            if (overlap(*endpoint, other.endpoint))
                return report_.add(where,
                                   fmt::format("listen: {} is taken in line {}; each component needs its own",
                                               traffic.listen, report_.line(*other.node)));
        listens_.push_back({*endpoint, &where});
    }

    void check_rpc(model::Rpc const& rpc, Node const& node, model::Environment const& environment) {
        if (report_.has_within(meant(node))) return;
        if (rpc.port && environment.target.host)
            report_.add(at(node, "port"),
                        "port: on a host each replica is asked at its own {port}; remove it");
        if (!rpc.port && environment.target.kubernetes)
            report_.add_missing(node,
                                "port is required in a cluster: where its pods answer JSON-RPC, like 8545");
        check_path("path", rpc.path, "/rpc", at(node, "path"));
        if (rpc.block_period && *rpc.block_period <= Duration{})
            report_.add(at(node, "block_period"), "block_period: must be longer than 0s, like 5s");
        for_each(node, "validators", rpc.validators, [&](std::string const& address, Node const& where) {
            if (!is_address(address))
                report_.add(
                    where,
                    fmt::format("validators: \"{}\" is no address: 0x and 40 hexadecimal digits", address));
        });
    }

    static bool is_address(std::string_view text) {
        return text.size() == 42 && text.starts_with("0x") &&
               text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
    }

    void check_path(std::string_view field, std::string const& path, std::string_view like,
                    Node const& where) {
        if (!path.starts_with('/') || path.find_first_of(" \t\r\n") != std::string::npos)
            report_.add(where, fmt::format("{}: \"{}\" is not a path; write it like {}", field, path, like));
    }

    void check_strategy(model::StrategyOverrides const& overrides, model::StrategySettings& settings,
                        Node const& node) {
        if (report_.has_within(meant(node))) return;
        model::apply(overrides, settings);
        auto fine = model::check(settings, "");
        if (fine) return;
        std::string const& message = fine.error().message;
        Node const& where = at(node, message.substr(0, message.find(':')));
        report_.add(where, message);
        settings = {};  // said once
    }

    struct Listen {
        asio::ip::tcp::endpoint endpoint;
        Node const* node;
    };
    Report& report_;
    std::vector<Listen> listens_;
};

}  // namespace

void check(model::Environments const& document, Node const& root, Report& report) {
    Checker(report).check(document, root);
}

}  // namespace config
