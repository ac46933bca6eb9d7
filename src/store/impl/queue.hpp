// Units of work on their way to the database: writers share commits, readers share connections.
#pragma once
#include <deque>
#include <mutex>

#include "store/impl/connection.hpp"

namespace store::impl {

using Work = std::function<Result<void>(Transaction&)>;
using Done = asio::any_completion_handler<void(Result<void>)>;

struct Job {
    bool writes = true;
    Work work{};
    Executor home{};  // tracks outstanding work, so that it waits for the answer
    Done done;
};
Job make_job(bool writes, Work work, Executor const& home, Done done);
void answer(Job job, Result<void> result);

/// The one connection that writes. Queued works share a transaction, each in its own savepoint; when the
/// transaction as a whole fails, its works run again one by one. One batch at a time runs, on `executor`.
class WriteQueue : public std::enable_shared_from_this<WriteQueue> {
public:
    WriteQueue(std::unique_ptr<Connection> connection, Executor executor)
        : connection_(std::move(connection)), executor_(std::move(executor)) {}
    void push(Job job);
    /// Empty, or the sentence of the last write that could not be stored.
    std::string degraded() const;
    void on_commit(std::function<void()> listener);

private:
    using Results = std::vector<Result<void>>;
    void schedule();
    void run_batch();
    std::deque<Job> take_batch();
    Results run_all(std::deque<Job>& batch);
    bool try_together(std::deque<Job>& batch, Results& results);
    struct Alone {
        Result<void> result{};
        bool gone = false;
    };
    Alone run_alone(Job& job);
    Result<void> run_in_savepoint(Job& job);
    void note(std::string trouble);
    void tell_listener(std::deque<Job> const& batch, Results const& results);

    std::unique_ptr<Connection> connection_;
    Executor executor_;
    mutable std::mutex mutex_;  // guards what follows
    std::deque<Job> waiting_;
    bool scheduled_ = false;
    std::string trouble_;
    std::function<void()> listener_;
};

/// Read-only connections, made when they are first needed, at most `limit`.
class ReadPool : public std::enable_shared_from_this<ReadPool> {
public:
    using Open = std::function<std::unique_ptr<Connection>()>;
    ReadPool(Open open, Executor executor, std::size_t limit)
        : open_(std::move(open)), executor_(std::move(executor)), limit_(limit) {}
    void push(Job job);

private:
    void serve();
    Result<void> run(Job& job, std::unique_ptr<Connection>& connection);

    Open open_;
    Executor executor_;
    std::size_t limit_;
    std::mutex mutex_;  // guards what follows
    std::deque<Job> waiting_;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::size_t serving_ = 0;
};

}  // namespace store::impl
