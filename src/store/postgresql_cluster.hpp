// For tests: a PostgreSQL server of our own in a temporary folder, reached by a Unix socket only.
#pragma once
#include <memory>
#include <string>

namespace store {

class PostgresqlCluster {
public:
    /// Started when first asked for, stopped when the program ends. Throws a sentence when it cannot be
    /// started.
    static PostgresqlCluster& instance();
    PostgresqlCluster();
    ~PostgresqlCluster();
    PostgresqlCluster(PostgresqlCluster const&) = delete;

    /// libpq's text for a new, empty schema of the server.
    std::string new_schema();
    /// Where its socket is.
    std::string const& folder() const { return folder_; }
    /// Runs SQL as the owner, outside of any store.
    void run(std::string const& sql);
    /// Ends the server at once, as if the power had failed, and starts it again.
    void crash_and_restart();

private:
    void start();
    void stop(int signal);
    std::string connection() const;

    std::string folder_;
    int process_ = -1;
    int schemas_ = 0;
};

}  // namespace store
