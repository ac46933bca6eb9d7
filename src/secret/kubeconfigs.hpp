// Kubeconfigs that were uploaded: taken in strictly (R20), kept encrypted (R07), never given back (R08). Only
// who connects to the cluster gets what they say.
#pragma once
#include "base/clock.hpp"
#include "base/mutex.hpp"
#include "k8s/access.hpp"
#include "model/environment.hpp"
#include "model/kubeconfig.hpp"
#include "secret/key_file.hpp"
#include "store/store.hpp"

namespace secret {

/// All of it outlives the kubeconfigs; `executor` runs one thing at a time, `workers` may block.
struct Surroundings {
    store::Store& store;
    base::Clock& clock;
    base::Files& files;
    Executor executor;
    Executor workers;
    Fill fill;
};

/// Who asks, for the audit log.
struct Asker {
    std::string user{};
    std::string address{};
};

/// Calls may overlap.
class Kubeconfigs {
public:
    Kubeconfigs(Surroundings world, std::string key_file);

    /// The environments that are declared now, which tell who uses what.
    void declare(model::Environments const& environments);

    /// Keeps it under this name, in place of what is there. Errors: invalid (the name, or what the kubeconfig
    /// says; nothing secret is quoted); conflict; unavailable (the key file, the store).
    awaitable<base::Result<model::KubeconfigView>> put(std::string name, model::KubeconfigRequest request,
                                                       Asker asker);
    /// Those of older master keys come under the newest one; tells their names. One that cannot be decrypted
    /// stays as it is, and says so where it is used. Errors: unavailable.
    awaitable<base::Result<std::vector<std::string>>> rewrap();
    /// In the order of their names.
    awaitable<base::Result<model::KubeconfigList>> list();
    /// Errors: not_found.
    awaitable<base::Result<model::KubeconfigView>> find(std::string name);
    /// Errors: not_found; conflict (an environment names it).
    awaitable<base::Result<void>> remove(std::string name, Asker asker);

    /// For who connects to the cluster. Errors: unavailable, saying what to do.
    awaitable<base::Result<k8s::Access>> access(std::string name);
    /// Those that were uploaded, replaced or removed, by whatever portal, since this was asked last. Nothing,
    /// as long as no environment uses one.
    awaitable<base::Result<std::vector<std::string>>> changed();

private:
    model::KubeconfigView view_of(store::Kubeconfig const& row) const;
    std::vector<std::string> users_of(std::string const& name) const;
    awaitable<base::Result<std::optional<store::Kubeconfig>>> find_row(std::string name);
    awaitable<base::Result<MasterKeys>> read_keys();
    awaitable<base::Result<MasterKeys>> keys_to_write_with();
    awaitable<base::Result<model::KubeconfigView>> keep(std::string name, k8s::Access access, Asker asker);

    Surroundings world_;
    KeyFile key_file_;
    base::Mutex one_at_a_time_;
    std::map<std::string, std::vector<std::string>> users_{};  // environments by what they name
    std::vector<store::KubeconfigMark> seen_{};
};

}  // namespace secret
