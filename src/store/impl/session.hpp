// A SOCI session with its prepared statements kept: SOCI prepares at each call, which costs more than running
// most of ours.
#pragma once
#include <soci/soci.h>

#include <unordered_map>

#include "store/impl/transaction.hpp"

namespace store::impl {

class Session : public Transaction {
public:
    explicit Session(Dialect dialect) : dialect_(dialect) {}
    Dialect dialect() const override { return dialect_; }
    std::int64_t execute(std::string const& sql, Cells given) override;
    void query(std::string const& sql, Cells given, Cells row,
               std::function<void(Cells&)> const& each) override;

    /// Statements without values, run once: BEGIN, PRAGMA, DDL.
    void run(std::string const& sql) { soci_ << sql; }
    soci::session& soci() { return soci_; }
    void forget_statements() { prepared_.clear(); }

private:
    soci::statement& prepare(std::string const& sql);

    Dialect dialect_;
    soci::session soci_;
    std::unordered_map<std::string, soci::statement> prepared_;
};

}  // namespace store::impl
