#include "store/impl/session.hpp"

#include "store/impl/text.hpp"

namespace store::impl {

namespace {

constexpr std::size_t most_statements = 256;  // lists have one for each combination of filters

using Indicators = std::vector<soci::indicator>;

void bind(soci::statement& statement, Cells& given, Indicators& nulls) {
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (given[i].is_text) make_text(given[i].text);
        nulls[i] = given[i].is_null ? soci::i_null : soci::i_ok;
        if (given[i].is_text)
            statement.exchange(soci::use(given[i].text, nulls[i]));
        else
            statement.exchange(soci::use(given[i].number, nulls[i]));
    }
}

void receive(soci::statement& statement, Cells& row, Indicators& nulls) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i].is_text)
            statement.exchange(soci::into(row[i].text, nulls[i]));
        else
            statement.exchange(soci::into(row[i].number, nulls[i]));
    }
}

/// A failed statement may stay half open, which would hold a view of the database: it is thrown away.
class Use {
public:
    Use(std::unordered_map<std::string, soci::statement>& all, std::string const& sql)
        : all_(all), sql_(sql) {}
    Use(Use const&) = delete;
    ~Use() {
        if (!finished_) all_.erase(sql_);
    }
    void finish() { finished_ = true; }

private:
    std::unordered_map<std::string, soci::statement>& all_;
    std::string const& sql_;
    bool finished_ = false;
};

}  // namespace

soci::statement& Session::prepare(std::string const& sql) {
    if (auto known = prepared_.find(sql); known != prepared_.end()) {
        known->second.bind_clean_up();
        return known->second;
    }
    if (prepared_.size() >= most_statements) prepared_.clear();
    soci::statement statement(soci_);
    statement.alloc();
    statement.prepare(sql);
    return prepared_.emplace(sql, statement).first->second;
}

std::int64_t Session::execute(std::string const& sql, Cells given) {
    soci::statement& statement = prepare(sql);
    Use use(prepared_, sql);
    Indicators nulls(given.size());
    bind(statement, given, nulls);
    statement.define_and_bind();
    statement.execute(true);
    std::int64_t changed = statement.get_affected_rows();
    statement.bind_clean_up();
    use.finish();
    return changed;
}

void Session::query(std::string const& sql, Cells given, Cells row, std::function<void(Cells&)> const& each) {
    soci::statement& statement = prepare(sql);
    Use use(prepared_, sql);
    Indicators nulls(given.size());
    Indicators row_nulls(row.size());
    bind(statement, given, nulls);
    receive(statement, row, row_nulls);
    statement.define_and_bind();
    for (bool more = statement.execute(true); more; more = statement.fetch()) {
        for (std::size_t i = 0; i < row.size(); ++i) row[i].is_null = row_nulls[i] == soci::i_null;
        each(row);
    }
    statement.bind_clean_up();
    use.finish();
}

}  // namespace store::impl
