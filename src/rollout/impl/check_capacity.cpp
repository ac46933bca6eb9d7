// Who else has a say in how many pods there are, and whether there is anything to go back to.
#include "base/json_at.hpp"
#include "rollout/impl/checks.hpp"

namespace rollout::impl {

namespace {

namespace json = base::json;

// -- Autoscalers.

std::vector<json::value const*> autoscalers_of(json::value const& deployment, Premises const& premises) {
    std::vector<json::value const*> found;
    for (json::value const& each : premises.around.autoscalers)
        if (base::text_at(each, "/spec/scaleTargetRef/kind") == "Deployment" &&
            base::text_at(each, "/spec/scaleTargetRef/name") == name_of(deployment))
            found.push_back(&each);
    return found;
}

std::vector<std::string> names_of(std::vector<json::value const*> const& objects) {
    std::vector<std::string> names;
    for (json::value const* each : objects) names.push_back(name_of(*each));
    return names;
}

void check_limits(json::value const& autoscaler, Premises const& premises, Findings& findings) {
    int const replicas = premises.rollout.to.workload.replicas;
    std::int64_t const least = base::number_at(autoscaler, "/spec/minReplicas").value_or(1);
    std::int64_t const most = base::number_at(autoscaler, "/spec/maxReplicas").value_or(replicas);
    std::string const name = "HorizontalPodAutoscaler " + name_of(autoscaler);
    if (least > replicas)
        findings.push_back(
            warning(fmt::format("{} wants at least {}, and the component declares {}: it adds pods as soon "
                                "as the first one is there; declare as many replicas",
                                name, say_pods(least), replicas)));
    if (most < replicas)
        findings.push_back(warning(
            fmt::format("{} allows {} at most, and the component declares {}: it takes pods away while the "
                        "rollout waits for them; raise maxReplicas, or declare fewer replicas",
                        name, say_pods(most), replicas)));
}

// -- Disruption budgets.

bool meets(json::value const& expression, std::map<std::string, std::string> const& labels) {
    auto const label = labels.find(base::text_at(expression, "/key"));
    std::string const how = base::text_at(expression, "/operator");
    if (how == "Exists" || how == "DoesNotExist") return (label != labels.end()) == (how == "Exists");
    json::array const& values = base::list_at(expression, "/values");
    bool const in =
        label != labels.end() && std::any_of(values.begin(), values.end(), [&](json::value const& value) {
            return value.is_string() && value.get_string() == label->second;
        });
    return in == (how == "In");
}

/// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
bool selects(json::value const& budget, json::value const& deployment) {
    auto const labels = base::texts_at(deployment, "/spec/template/metadata/labels");
    if (!base::find_at(budget, "/spec/selector")) return false;
    for (auto const& [key, value] : base::texts_at(budget, "/spec/selector/matchLabels"))
        if (auto label = labels.find(key); label == labels.end() || label->second != value) return false;
    json::array const& expressions = base::list_at(budget, "/spec/selector/matchExpressions");
    return std::all_of(expressions.begin(), expressions.end(),
                       [&](json::value const& each) { return meets(each, labels); });
}

/// A number, or a percentage of the pods, rounded up.
/// https://kubernetes.io/docs/tasks/run-application/configure-pdb/
std::int64_t of_pods(json::value const& limit, std::int64_t pods) {
    if (limit.is_string()) return (std::atoll(limit.get_string().c_str()) * pods + 99) / 100;
    return base::number_at(limit, "").value_or(0);
}

/// How many of so many ready pods may be away at a time.
std::int64_t allowed(json::value const& budget, std::int64_t pods) {
    if (json::value const* most = base::find_at(budget, "/spec/maxUnavailable")) return of_pods(*most, pods);
    if (json::value const* least = base::find_at(budget, "/spec/minAvailable"))
        return pods - of_pods(*least, pods);
    return pods;
}

std::string say_rule(json::value const& budget) {
    for (char const* rule : {"maxUnavailable", "minAvailable"})
        if (json::value const* limit = base::find_at(budget, fmt::format("/spec/{}", rule)))
            return fmt::format(
                "{} {}", rule,
                limit->is_string() ? std::string(limit->get_string()) : json::serialize(*limit));
    return "no limit";
}

void check_budget(json::value const& budget, std::vector<std::string> const& caught, Premises const& premises,
                  Findings& findings) {
    int const replicas = premises.rollout.to.workload.replicas;
    std::string const name = fmt::format("PodDisruptionBudget {} ({})", name_of(budget), say_rule(budget));
    if (allowed(budget, replicas) <= 0)
        findings.push_back(
            warning(fmt::format("{} lets none of the {} of {} be evicted: a drain of their node waits for "
                                "ever; let it have one pod fewer",
                                name, say_pods(replicas), say_all(caught))));
    bool const is_one_crowd = split_of(*premises.state) == Split::ratio;
    if (caught.size() == 2 && !is_one_crowd && allowed(budget, 2 * replicas) >= replicas)
        findings.push_back(
            warning(fmt::format("{} counts the pods of both colors together: while both have pods, a drain "
                                "may take all {} of the one that serves; make one budget for each color",
                                name, say_pods(replicas))));
}

// -- Colors.

/// The Deployment that the stable version runs on.
std::string stable_deployment(Premises const& premises) {
    for (json::value const* deployment : deployments_of(premises)) {
        auto const workload =
            target::read_workload(*deployment, premises.state->workload.container.value_or(""));
        if (workload && workload->revision == premises.rollout.from.number) return workload->name;
    }
    return "the old version";
}

}  // namespace

Findings check_autoscaler(Premises const& premises) {
    Findings findings;
    std::vector<std::string> ruled, free;
    for (json::value const* deployment : deployments_of(premises)) {
        auto const autoscalers = autoscalers_of(*deployment, premises);
        (autoscalers.empty() ? free : ruled).push_back(name_of(*deployment));
        if (autoscalers.size() > 1)
            findings.push_back(
                blocker(fmt::format("HorizontalPodAutoscalers {} both rule Deployment {}, and undo what the "
                                    "other does: leave one of them",
                                    say_all(names_of(autoscalers)), name_of(*deployment))));
        for (json::value const* each : autoscalers) check_limits(*each, premises, findings);
    }
    if (ruled.empty()) return {passed("no HorizontalPodAutoscaler rules its Deployments")};
    if (!free.empty())
        findings.push_back(
            warning(fmt::format("a HorizontalPodAutoscaler rules Deployment {} and none rules {}: when the "
                                "colors change roles nothing adapts its number of pods; make one for each",
                                say_all(ruled), say_all(free))));
    return or_passed(
        std::move(findings),
        "the numbers of pods are left to the HorizontalPodAutoscalers, as long as there are any");
}

Findings check_last_capacity(Premises const& premises) {
    if (premises.rollout.from.number == 0) return {passed("it is the first deployment")};
    auto const seen = observation_of(*premises.state);
    if (!seen) return {unknown(seen.error().message)};
    int const ready = seen->routable_count(premises.rollout.from.number);
    std::string const serving = stable_deployment(premises);
    if (ready > 0) return {passed(fmt::format("{} has {} that can take requests", serving, say_pods(ready)))};
    return {
        warning(fmt::format("{}, which runs {}, has no pod that can take requests: they are lost until {} is "
                            "ready, and an abort has nothing to go back to",
                            serving, premises.rollout.from.version, premises.rollout.to.version))};
}

Findings check_disruption_budget(Premises const& premises) {
    auto const& budgets = premises.around.budgets;
    if (!budgets) return {unknown("the PodDisruptionBudgets could not be read: " + budgets.error().message)};
    Findings findings;
    std::map<std::string, std::vector<std::string>> budgets_of;  // by Deployment
    for (json::value const& budget : *budgets) {
        std::vector<std::string> caught;
        for (json::value const* deployment : deployments_of(premises))
            if (selects(budget, *deployment)) caught.push_back(name_of(*deployment));
        for (std::string const& deployment : caught) budgets_of[deployment].push_back(name_of(budget));
        if (!caught.empty()) check_budget(budget, caught, premises, findings);
    }
    for (auto const& [deployment, names] : budgets_of)
        if (names.size() > 1)
            findings.push_back(
                warning(fmt::format("PodDisruptionBudgets {} all count the pods of {}: the API server evicts "
                                    "no such pod, and a drain of its node waits for ever; leave one of them",
                                    say_all(names), deployment)));
    return or_passed(std::move(findings), budgets_of.empty()
                                              ? "no PodDisruptionBudget counts its pods"
                                              : "the PodDisruptionBudgets let pods go one after the other");
}

Findings check_metrics(Premises const& premises) {
    if (!premises.rollout.judge.enabled) return {passed("nothing is judged")};
    std::string const& problem = premises.state->metrics_problem;
    if (!problem.empty()) return {warning(fmt::format("the verdict will wait: {}", problem))};
    bool const is_counted = !premises.state->counters.empty() || premises.rollout.from.number == 0;
    if (!is_counted)
        return {
            warning(fmt::format("the verdict will wait: {} answers, and has no counters for {} yet; send it "
                                "requests, and see that it reads: {}",
                                premises.state->metrics_name, premises.rollout.component,
                                fmt::join(premises.state->metrics_queries, "; ")))};
    return {passed(fmt::format("{} answers", premises.state->metrics_name))};
}

}  // namespace rollout::impl
