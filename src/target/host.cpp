#include "target/host.hpp"

#include "base/offload.hpp"
#include "target/fence.hpp"

namespace target {

namespace {

constexpr std::size_t tail_limit_bytes = 8 * 1024;

/// `replica.json`: what must be known before the process is there.
struct Record {
    int revision = 0;
    int slot = 0;
    std::string version{};
    std::uint16_t port = 0;
};
BOOST_DESCRIBE_STRUCT(Record, (), (revision, slot, version, port))

base::Result<Record> read_record(base::Files& files, std::string const& folder) {
    TRY(std::string text, files.read(folder + "/replica.json"));
    return base::from_text<Record>(text);
}

std::vector<std::string> names_below(base::Files& files, std::string const& folder) {
    auto names = files.list(folder);
    return names ? *names : std::vector<std::string>{};
}

struct Placeholders {
    std::string version{};
    std::string port{};
    std::string folder{};
};

std::string fill(std::string text, Placeholders const& values) {
    for (auto [name, value] :
         {std::pair("{version}", &values.version), {"{port}", &values.port}, {"{folder}", &values.folder}})
        for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += value->size())
            text.replace(at, std::string_view(name).size(), *value);
    return text;
}

ProcessSpec spec_of(ComponentKey const& key, model::Revision const& revision, Placeholders const& values,
                    std::string const& base_folder) {
    ProcessSpec spec{.stop_timeout = revision.workload.stop_timeout,
                     .label = key.component + " " + revision.version,
                     .working_folder = base_folder};
    for (std::string const& word : revision.workload.command) spec.command.push_back(fill(word, values));
    for (auto const& [name, value] : revision.workload.env) spec.env[name] = fill(value, values);
    return spec;
}

bool comes_before(Replica const& a, Replica const& b) {
    return std::pair(a.revision, a.slot) < std::pair(b.revision, b.slot);
}

}  // namespace

std::string replica_name(std::string const& component, int revision, int slot) {
    return fmt::format("{}-r{}-{}", component, revision, slot);
}

Host::Host(Executor workers, base::Files& files, Supervisor& supervisor, std::string root,
           std::string base_folder)
    : workers_(std::move(workers)),
      files_(files),
      supervisor_(supervisor),
      root_(std::move(root)),
      base_folder_(std::move(base_folder)) {}

std::string Host::folder(ComponentKey const& key) const {
    return root_ + "/" + key.environment + "/" + key.component;
}

awaitable<base::Result<std::vector<Replica>>> Host::replicas(ComponentKey key) {
    auto work = [this, place = folder(key)] { return look(place); };
    co_return co_await base::offload(workers_, std::move(work));
}

awaitable<base::Result<void>> Host::start(ComponentKey key, model::Revision revision, int slot,
                                          std::int64_t epoch) {
    auto work = [this, key = std::move(key), revision = std::move(revision), slot, epoch] {
        return start_now(key, revision, slot, epoch);
    };
    co_return co_await base::offload(workers_, std::move(work));
}

awaitable<base::Result<void>> Host::stop(ComponentKey key, std::string replica, std::int64_t epoch) {
    auto work = [this, key = std::move(key), replica = std::move(replica), epoch] {
        return stop_now(key, replica, epoch);
    };
    co_return co_await base::offload(workers_, std::move(work));
}

awaitable<base::Result<void>> Host::check_version(model::Workload workload, std::string version) {
    auto work = [this, workload = std::move(workload), version = std::move(version)]() -> base::Result<void> {
        TRY_VOID(model::check_version(version));
        return find_artifact(workload, version);
    };
    co_return co_await base::offload(workers_, std::move(work));
}

awaitable<std::string> Host::output_tail(ComponentKey key, std::string replica) {
    auto work = [this, place = folder(key) + "/" + replica] {
        return supervisor_.output_tail(place, tail_limit_bytes);
    };
    co_return co_await base::offload(workers_, std::move(work));
}

base::Result<std::vector<Replica>> Host::look(std::string const& component_folder) {
    TRY(std::vector<std::string> names, files_.list(component_folder));
    std::vector<Replica> found;
    for (std::string const& name : names) {
        std::string place = component_folder + "/" + name;
        auto record = read_record(files_, place);
        // HAProxy's folder, the fence, or a replica whose start was cut off before its record was there.
        if (!record && record.error().code == base::Errc::not_found) continue;
        if (!record && !files_.exists(place + "/replica.json")) continue;
        if (!record)
            return base::unavailable(
                fmt::format("{}/replica.json cannot be used: {}", place, record.error().message));
        TRY(ProcessState process, supervisor_.inspect(place));
        bool port_taken = process.phase == ProcessPhase::backing_off && is_taken(record->port);
        found.push_back({.name = name,
                         .revision = record->revision,
                         .slot = record->slot,
                         .version = record->version,
                         .port = record->port,
                         .process = std::move(process),
                         .port_taken = port_taken});
    }
    std::sort(found.begin(), found.end(), comes_before);
    return found;
}

base::Result<void> Host::start_now(ComponentKey const& key, model::Revision const& revision, int slot,
                                   std::int64_t epoch) {
    TRY_VOID(check_fence(key, epoch));
    std::string place = folder(key) + "/" + replica_name(key.component, revision.number, slot);
    TRY(ProcessState process, supervisor_.inspect(place));
    if (process.phase != ProcessPhase::absent) return {};
    TRY_VOID(find_artifact(revision.workload, revision.version));

    std::lock_guard guard(mutex_);
    TRY(std::uint16_t port, choose_port(place));
    Record record{.revision = revision.number, .slot = slot, .version = revision.version, .port = port};
    TRY_VOID(files_.write(place + "/replica.json", base::to_text(record) + "\n"));
    Placeholders values{.version = revision.version, .port = std::to_string(port), .folder = place};
    return supervisor_.launch(place, spec_of(key, revision, values, base_folder_));
}

/// The recorded port, or another one when somebody has taken it since.
base::Result<std::uint16_t> Host::choose_port(std::string const& place) {
    if (!ports_) load_ports();
    std::set<std::uint16_t> taken;
    for (auto const& [folder, port] : *ports_) taken.insert(port);
    auto recorded = ports_->find(place);
    TRY(std::uint16_t port,
        supervisor_.free_port(taken, recorded == ports_->end() ? std::uint16_t{0} : recorded->second));
    (*ports_)[place] = port;
    return port;
}

bool Host::is_taken(std::uint16_t port) {
    auto free = supervisor_.free_port({}, port);
    return !free || *free != port;
}

void Host::load_ports() {
    ports_.emplace();
    auto names_in = [this](std::string const& above) { return names_below(files_, above); };
    for (std::string const& environment : names_in(root_))
        for (std::string const& component : names_in(root_ + "/" + environment))
            for (std::string const& replica : names_in(folder({environment, component}))) {
                std::string place = folder({environment, component}) + "/" + replica;
                if (auto record = read_record(files_, place)) (*ports_)[place] = record->port;
            }
}

base::Result<void> Host::stop_now(ComponentKey const& key, std::string const& replica, std::int64_t epoch) {
    TRY_VOID(check_fence(key, epoch));
    std::string place = folder(key) + "/" + replica;
    TRY(ProcessState process, supervisor_.inspect(place));
    if (process.phase != ProcessPhase::absent) return supervisor_.stop(place);
    TRY_VOID(supervisor_.forget(place));
    std::lock_guard guard(mutex_);
    if (ports_ && !files_.exists(place)) ports_->erase(place);
    return {};
}

base::Result<void> Host::find_artifact(model::Workload const& workload, std::string const& version) {
    if (!workload.artifact) return {};
    Placeholders values{.version = version};
    std::string path = fill(*workload.artifact, values);
    if (files_.exists(resolve(path))) return {};
    std::string message = fmt::format("version {} is not there: {} does not exist", version, resolve(path));
    // "opt/{version}/svc": the folders beside it are the versions that are there.
    auto begin = workload.artifact->find("{version}");
    auto end = begin == std::string::npos ? begin : begin + std::string_view("{version}").size();
    if (begin == std::string::npos || workload.artifact->substr(end, 1) != "/")
        return base::not_found(message);
    std::string above = begin == 0 ? "." : workload.artifact->substr(0, begin);
    auto names = names_below(files_, resolve(above));
    std::erase_if(names, [&](std::string const& name) {
        values.version = name;
        return !model::check_version(name) || !files_.exists(resolve(fill(*workload.artifact, values)));
    });
    if (!names.empty()) message += fmt::format("; there are {}", fmt::join(names, ", "));
    return base::not_found(message);
}

std::string Host::resolve(std::string const& path) const {
    return path.starts_with('/') || base_folder_.empty() ? path : base_folder_ + "/" + path;
}

base::Result<void> Host::check_fence(ComponentKey const& key, std::int64_t epoch) {
    return pass_fence(files_, folder(key), epoch);
}

}  // namespace target
