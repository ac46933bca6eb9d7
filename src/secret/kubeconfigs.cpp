#include "secret/kubeconfigs.hpp"

#include <fmt/ranges.h>
#include <sodium.h>

#include "base/offload.hpp"
#include "k8s/kubeconfig.hpp"
#include "secret/impl/contents.hpp"

namespace secret {

namespace {

using base::Result;

std::string const organisation = "default";

Label label_of(store::Kubeconfig const& row) {
    return {
        .organisation = row.organisation, .id = row.name, .version = row.version, .purpose = "kubeconfig"};
}

model::KubeconfigCredential credential_of(k8s::Identity const& identity) {
    using enum model::KubeconfigCredential;
    if (identity.certificate.empty()) return token;
    return identity.token.empty() ? client_certificate : token_and_client_certificate;
}

model::AuditEntry audit_entry(store::Kubeconfig const& row, std::string action, std::string result,
                              Asker const& asker, WallTime now) {
    return {.time = now,
            .actor = asker.user,
            .address = asker.address,
            .action = std::move(action),
            .target = "kubeconfig/" + row.name,
            .result = std::move(result),
            .details = {{"server", row.server}, {"credential", base::to_json(row.credential)}}};
}

base::Error no_such(std::string const& name) {
    return base::not_found(
        fmt::format("there is no kubeconfig \"{}\"; see: pilothouse kubeconfig list", name));
}

/// What the log and the environment say when it cannot be used.
base::Error cannot_open(store::Kubeconfig const& row, KeyFile const& key_file, base::Error const& why) {
    if (why.code == base::Errc::not_found)
        return base::unavailable(fmt::format(
            "the kubeconfig \"{}\" cannot be decrypted: it was encrypted with the key {}, which is not in "
            "{}; "
            "put that key back, or upload the kubeconfig again with: pilothouse kubeconfig put {} FILE",
            row.name, row.key_id, key_file.path(), row.name));
    return base::unavailable(fmt::format(
        "the kubeconfig \"{}\" cannot be decrypted: {}; upload it again with: pilothouse kubeconfig put {} "
        "FILE",
        row.name, why.message, row.name));
}

}  // namespace

Kubeconfigs::Kubeconfigs(Surroundings world, std::string key_file)
    : world_(std::move(world)),
      key_file_(std::move(key_file), world_.files),
      one_at_a_time_(world_.executor) {}

void Kubeconfigs::declare(model::Environments const& environments) {
    users_.clear();
    for (model::Environment const& environment : environments.environments)
        if (environment.target.kubernetes && environment.target.kubernetes->uploaded)
            users_[*environment.target.kubernetes->uploaded].push_back(environment.name);
}

std::vector<std::string> Kubeconfigs::users_of(std::string const& name) const {
    auto found = users_.find(name);
    return found == users_.end() ? std::vector<std::string>{} : found->second;
}

model::KubeconfigView Kubeconfigs::view_of(store::Kubeconfig const& row) const {
    return {.name = row.name,
            .server = row.server,
            .namespace_ = row.namespace_,
            .credential = row.credential,
            .created_at = row.created_at,
            .created_by = row.created_by,
            .updated_at = row.updated_at,
            .used_by = users_of(row.name)};
}

// -- Keys.

awaitable<Result<MasterKeys>> Kubeconfigs::read_keys() {
    auto read = [file = key_file_] { return std::optional(file.read()); };
    auto keys = co_await base::offload(world_.workers, read);
    co_return std::move(*keys);
}

/// A new key while others are encrypted with the one that is missing would hide that it is missing.
awaitable<Result<MasterKeys>> Kubeconfigs::keys_to_write_with() {
    auto keys = co_await read_keys();
    if (keys || keys.error().code != base::Errc::not_found) co_return keys;
    auto look = [](store::Transaction& transaction) {
        return store::kubeconfig_marks(transaction, organisation);
    };
    CO_TRY(auto marks, co_await world_.store.read(std::move(look)));
    if (!marks.empty())
        co_return base::unavailable(fmt::format(
            "the key file {} is missing, and {} encrypted with it: put it back from "
            "its backup; if it is lost for good, make a new one with: (umask 077; (echo "
            "pilothouse-key-1; openssl rand -hex 32) > {}), and upload them again",
            key_file_.path(),
            marks.size() == 1 ? "a kubeconfig is" : fmt::format("{} kubeconfigs are", marks.size()),
            key_file_.path()));
    auto make = [file = key_file_, fill = world_.fill] { return std::optional(file.make(fill)); };
    auto made = co_await base::offload(world_.workers, make);
    co_return std::move(*made);
}

awaitable<Result<std::vector<std::string>>> Kubeconfigs::rewrap() {
    base::Mutex::Guard guard = co_await one_at_a_time_.lock();
    std::vector<std::string> names;
    auto look = [](store::Transaction& transaction) {
        return store::list_kubeconfigs(transaction, organisation);
    };
    CO_TRY(std::vector<store::Kubeconfig> rows, co_await world_.store.read(std::move(look)));
    if (rows.empty()) co_return names;
    auto keys = co_await read_keys();
    if (!keys) co_return base::unavailable(keys.error().message);
    std::erase_if(rows, [&](store::Kubeconfig& row) {
        if (row.key_id == keys->front().id) return true;
        auto sealed =
            secret::rewrap({row.key_id, row.wrapped_key, row.ciphertext}, label_of(row), *keys, world_.fill);
        if (!sealed) return true;
        row.key_id = std::move(sealed->key_id);
        row.wrapped_key = std::move(sealed->wrapped_key);
        return false;
    });
    for (store::Kubeconfig const& row : rows) names.push_back(row.name);
    if (rows.empty()) co_return names;
    auto work = [rows = std::move(rows)](store::Transaction& transaction) -> Result<void> {
        for (store::Kubeconfig const& row : rows) TRY_VOID(store::rewrap_kubeconfig(transaction, row));
        return {};
    };
    CO_TRY_VOID(co_await world_.store.write(std::move(work)));
    co_return names;
}

// -- For people.

awaitable<Result<model::KubeconfigView>> Kubeconfigs::put(std::string name, model::KubeconfigRequest request,
                                                          Asker asker) {
    if (!model::is_name(name))
        co_return base::invalid(fmt::format(
            "name: \"{}\" must be lower-case letters, digits and dashes, at most 63, with a letter "
            "or digit at both ends",
            name));
    auto read = [request = std::move(request)] {
        return std::optional(k8s::read_uploaded_kubeconfig(request.kubeconfig, request.context.value_or("")));
    };
    auto access = co_await base::offload(world_.workers, read);
    if (!*access) co_return access->error();
    base::Mutex::Guard guard = co_await one_at_a_time_.lock();
    co_return co_await keep(std::move(name), std::move(**access), std::move(asker));
}

/// Encrypts before the transaction, which may run twice; it fails if the version has been taken meanwhile.
awaitable<Result<model::KubeconfigView>> Kubeconfigs::keep(std::string name, k8s::Access access,
                                                           Asker asker) {
    CO_TRY(MasterKeys keys, co_await keys_to_write_with());
    CO_TRY(std::optional<store::Kubeconfig> before, co_await find_row(name));
    WallTime const now = world_.clock.wall_now();
    store::Kubeconfig row{.organisation = organisation,
                          .name = std::move(name),
                          .server = impl::server_of(access),
                          .namespace_ = access.cluster.namespace_,
                          .credential = credential_of(access.identity),
                          .created_at = before ? before->created_at : now,
                          .created_by = before ? before->created_by : asker.user,
                          .updated_at = now,
                          .version = before ? before->version + 1 : 1};
    std::string text = impl::write_contents(access);
    Sealed sealed = seal(text, label_of(row), keys, world_.fill);
    sodium_memzero(text.data(), text.size());
    row.key_id = std::move(sealed.key_id);
    row.wrapped_key = std::move(sealed.wrapped_key);
    row.ciphertext = std::move(sealed.ciphertext);
    auto entry = audit_entry(row, "kubeconfig.put", before ? "replaced" : "added", asker, now);
    auto work = [row, entry](store::Transaction& transaction) -> Result<void> {
        TRY_VOID(store::save_kubeconfig(transaction, row));
        return store::append_audit(transaction, entry);
    };
    CO_TRY_VOID(co_await world_.store.write(std::move(work)));
    co_return view_of(row);
}

awaitable<Result<std::optional<store::Kubeconfig>>> Kubeconfigs::find_row(std::string name) {
    auto look = [name = std::move(name)](store::Transaction& transaction) {
        return store::find_kubeconfig(transaction, organisation, name);
    };
    co_return co_await world_.store.read(std::move(look));
}

awaitable<Result<model::KubeconfigList>> Kubeconfigs::list() {
    auto look = [](store::Transaction& transaction) {
        return store::list_kubeconfigs(transaction, organisation);
    };
    CO_TRY(std::vector<store::Kubeconfig> rows, co_await world_.store.read(std::move(look)));
    model::KubeconfigList list;
    for (store::Kubeconfig const& row : rows) list.items.push_back(view_of(row));
    co_return list;
}

awaitable<Result<model::KubeconfigView>> Kubeconfigs::find(std::string name) {
    CO_TRY(std::optional<store::Kubeconfig> row, co_await find_row(name));
    if (!row) co_return no_such(name);
    co_return view_of(*row);
}

awaitable<Result<void>> Kubeconfigs::remove(std::string name, Asker asker) {
    CO_TRY(std::optional<store::Kubeconfig> row, co_await find_row(name));
    if (!row) co_return no_such(name);
    std::vector<std::string> const users = users_of(name);
    if (!users.empty())
        co_return base::conflict(fmt::format(
            "the kubeconfig \"{}\" is used by the environment{} {}; take it out of environments.yaml first",
            name, users.size() == 1 ? "" : "s", fmt::join(users, ", ")));
    auto entry = audit_entry(*row, "kubeconfig.remove", "done", asker, world_.clock.wall_now());
    auto work = [name, entry](store::Transaction& transaction) -> Result<void> {
        TRY_VOID(store::delete_kubeconfig(transaction, organisation, name));
        return store::append_audit(transaction, entry);
    };
    co_return co_await world_.store.write(std::move(work));
}

// -- For who connects.

awaitable<Result<k8s::Access>> Kubeconfigs::access(std::string name) {
    CO_TRY(std::optional<store::Kubeconfig> row, co_await find_row(name));
    if (!row)
        co_return base::unavailable(fmt::format(
            "no kubeconfig \"{}\" was uploaded; upload it with: pilothouse kubeconfig put {} FILE", name,
            name));
    auto keys = co_await read_keys();
    if (!keys && keys.error().code == base::Errc::not_found)
        co_return base::unavailable(
            fmt::format("the kubeconfig \"{}\" cannot be decrypted: the key file {} is missing; put it back "
                        "from its backup",
                        name, key_file_.path()));
    if (!keys) co_return base::unavailable(keys.error().message);
    Sealed sealed{row->key_id, row->wrapped_key, row->ciphertext};
    auto text = open(sealed, label_of(*row), *keys);
    if (!text) co_return cannot_open(*row, key_file_, text.error());
    auto access = impl::read_contents(*text);
    sodium_memzero(text->data(), text->size());
    if (!access) co_return cannot_open(*row, key_file_, access.error());
    co_return std::move(*access);
}

awaitable<Result<std::vector<std::string>>> Kubeconfigs::changed() {
    std::vector<std::string> names;
    if (users_.empty()) co_return names;
    auto look = [](store::Transaction& transaction) {
        return store::kubeconfig_marks(transaction, organisation);
    };
    CO_TRY(std::vector<store::KubeconfigMark> now, co_await world_.store.read(std::move(look)));
    auto add_missing = [&](auto const& from, auto const& in) {
        for (store::KubeconfigMark const& mark : from)
            if (std::find(in.begin(), in.end(), mark) == in.end() &&
                std::find(names.begin(), names.end(), mark.name) == names.end())
                names.push_back(mark.name);
    };
    add_missing(now, seen_);
    add_missing(seen_, now);
    seen_ = std::move(now);
    co_return names;
}

}  // namespace secret
