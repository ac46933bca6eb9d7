// What the portal does in a cluster, and so what its account must be allowed: one table, from which the Role
// is made, and by which the rights are checked before a deployment. Pure.
#pragma once
#include "k8s/client.hpp"
#include "model/views.hpp"
#include "rollout/cluster_sight.hpp"

namespace rollout {

/// How a component's requests will be handed out, as far as its declaration and the strategy say.
Split split_for(model::Traffic const& traffic, model::Strategy strategy);

/// What a right is for. Without those of the plan and of a closer look (health, events) it is unknown what
/// they would show, and everything else works.
enum class Use { rollout, plan, closer_look };

struct Right {
    k8s::Action action{};
    Use use = Use::rollout;
};

/// To watch a component, to bring versions to it, and to look at it closely.
std::vector<Right> rights_for(model::Component const& component, model::Strategy strategy,
                              std::string const& in_namespace);

/// The Role for all components of an environment, each by the strategy that it declares, or by this one.
/// Errors: not_found (it is no cluster).
base::Result<model::RoleView> role_for(model::Environment const& environment,
                                       std::optional<model::Strategy> strategy);

}  // namespace rollout
