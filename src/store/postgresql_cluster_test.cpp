#include "store/postgresql_cluster.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <vector>

namespace store {

namespace {

constexpr char const* programs = "/usr/lib/postgresql/15/bin/";

/// PostgreSQL does not run as root: then it runs as `postgres`. It ends with us, whatever happens.
[[noreturn]] void become(std::vector<std::string> const& command, std::string const& log) {
    if (::getuid() == 0) {
        passwd const* user = ::getpwnam("postgres");
        if (!user || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0) ::_exit(126);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGINT);
    int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(output, 1);
    ::dup2(output, 2);
    std::vector<char*> words;
    for (std::string const& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execv(words[0], words.data());
    ::_exit(127);
}

int start_process(std::vector<std::string> const& command, std::string const& log) {
    int process = ::fork();
    if (process == 0) become(command, log);
    return process;
}

void run_process(std::vector<std::string> const& command, std::string const& log) {
    int status = 0;
    ::waitpid(start_process(command, log), &status, 0);
    if (status != 0)
        throw std::runtime_error(
            fmt::format("{} failed; install the packages that scripts/install-packages.sh names "
                        "(postgresql-15), and look at {}",
                        command[0], log));
}

}  // namespace

PostgresqlCluster& PostgresqlCluster::instance() {
    static PostgresqlCluster cluster;
    return cluster;
}

PostgresqlCluster::PostgresqlCluster() {
    char name[] = "/tmp/pilothouse-postgresql-XXXXXX";
    folder_ = ::mkdtemp(name);
    if (passwd const* user = ::getpwnam("postgres"); user && ::getuid() == 0)
        if (::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0)
            throw std::runtime_error("chown " + folder_);
    run_process({std::string(programs) + "initdb", "-D", folder_ + "/data", "-U", "pilothouse", "-A", "trust",
                 "-E", "UTF8", "--locale", "C.UTF-8"},
                folder_ + "/log");
    start();
}

PostgresqlCluster::~PostgresqlCluster() {
    stop(SIGINT);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void PostgresqlCluster::start() {
    process_ = start_process({std::string(programs) + "postgres", "-D", folder_ + "/data", "-k", folder_,
                              "-h", "", "-c", "fsync=on", "-c", "max_connections=100"},
                             folder_ + "/log");
    for (int attempt = 0; attempt < 600; ++attempt) {
        if (PQping(connection().c_str()) == PQPING_OK) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    throw std::runtime_error("PostgreSQL does not answer; look at " + folder_ + "/log");
}

void PostgresqlCluster::stop(int signal) {
    if (process_ <= 0) return;
    ::kill(process_, signal);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
}

void PostgresqlCluster::crash_and_restart() {
    stop(SIGQUIT);
    start();
}

std::string PostgresqlCluster::connection() const {
    return fmt::format("host={} dbname=postgres user=pilothouse", folder_);
}

std::string PostgresqlCluster::new_schema() {
    std::string name = fmt::format("test{}", ++schemas_);
    run("CREATE SCHEMA " + name);
    return fmt::format("{} options='-c search_path={}'", connection(), name);
}

void PostgresqlCluster::run(std::string const& sql) {
    std::unique_ptr<PGconn, decltype(&PQfinish)> link(PQconnectdb(connection().c_str()), PQfinish);
    std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(link.get(), sql.c_str()), PQclear);
    auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(PQerrorMessage(link.get()));
}

}  // namespace store
