#include "store/impl/queue.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

namespace store::impl {

namespace {

constexpr std::size_t batch_limit = 256;  // keeps the first of a batch from waiting too long for the last
constexpr int most_attempts = 5;

Error not_known(OutcomeUnknown const& problem) {
    return base::unavailable(
        "the database was lost while it stored this: whether it was stored is not known; look before you "
        "repeat it",
        problem.what());
}

}  // namespace

Job make_job(bool writes, Work work, Executor const& home, Done done) {
    return {writes, std::move(work), asio::prefer(home, asio::execution::outstanding_work.tracked),
            std::move(done)};
}

void answer(Job job, Result<void> result) {
    asio::post(job.home, asio::append(std::move(job.done), std::move(result)));
}

// -- Writing.

void WriteQueue::push(Job job) {
    std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(job));
    if (!scheduled_) schedule();
}

void WriteQueue::schedule() {
    scheduled_ = true;
    asio::post(executor_, [self = shared_from_this()] { self->run_batch(); });
}

std::deque<Job> WriteQueue::take_batch() {
    std::lock_guard lock(mutex_);
    std::deque<Job> batch;
    while (!waiting_.empty() && batch.size() < batch_limit) {
        batch.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return batch;
}

void WriteQueue::run_batch() {
    std::deque<Job> batch = take_batch();
    Results results = run_all(batch);
    tell_listener(batch, results);
    for (std::size_t i = 0; i < batch.size(); ++i) answer(std::move(batch[i]), std::move(results[i]));
    std::lock_guard lock(mutex_);
    scheduled_ = false;
    if (!waiting_.empty()) schedule();
}

WriteQueue::Results WriteQueue::run_all(std::deque<Job>& batch) {
    Results results;
    try {
        if (try_together(batch, results)) return results;
        results.clear();
        while (results.size() < batch.size()) {
            Alone alone = run_alone(batch[results.size()]);
            results.push_back(alone.result);
            if (alone.gone) results.resize(batch.size(), alone.result);
        }
    } catch (OutcomeUnknown const& problem) {
        results.resize(batch.size(), not_known(problem));
    }
    return results;
}

/// False: nothing was changed, whatever the single results say (they may have seen each other's writes).
bool WriteQueue::try_together(std::deque<Job>& batch, Results& results) {
    bool writes = false;
    try {
        connection_->begin_write();
        for (Job& job : batch) {
            results.push_back(run_in_savepoint(job));
            writes = writes || job.writes;
        }
        connection_->commit();
    } catch (OutcomeUnknown const&) {
        results.clear();
        throw;
    } catch (std::exception const&) {
        connection_->rollback();
        return false;
    }
    if (writes) note("");
    return true;
}

Result<void> WriteQueue::run_in_savepoint(Job& job) {
    connection_->savepoint();
    Result<void> result = run_work(*connection_, job.work);
    if (!result || !job.writes) connection_->rollback_to_savepoint();
    connection_->release();
    return result;
}

WriteQueue::Alone WriteQueue::run_alone(Job& job) {
    for (int attempt = 1;; ++attempt) {
        try {
            connection_->begin_write();
            Result<void> result = run_in_savepoint(job);
            connection_->commit();
            if (job.writes) note("");
            return {result};
        } catch (OutcomeUnknown const&) {
            throw;
        } catch (std::exception const& problem) {
            Damage damage = connection_->damage(problem);
            Error error = connection_->explain(problem);
            connection_->rollback();
            bool may_help = damage == Damage::again || damage == Damage::gone;
            if (may_help && attempt < most_attempts) continue;
            if (job.writes) note(error.message);
            return {error, damage == Damage::gone};
        }
    }
}

void WriteQueue::on_commit(std::function<void()> listener) {
    std::lock_guard lock(mutex_);
    listener_ = std::move(listener);
}

void WriteQueue::tell_listener(std::deque<Job> const& batch, Results const& results) {
    bool changed = false;
    for (std::size_t i = 0; i < batch.size(); ++i) changed = changed || (batch[i].writes && results[i]);
    std::function<void()> listener;
    {
        std::lock_guard lock(mutex_);
        if (changed) listener = listener_;
    }
    if (listener) listener();
}

void WriteQueue::note(std::string trouble) {
    std::lock_guard lock(mutex_);
    trouble_ = std::move(trouble);
}

std::string WriteQueue::degraded() const {
    std::lock_guard lock(mutex_);
    return trouble_;
}

// -- Reading.

void ReadPool::push(Job job) {
    std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(job));
    if (serving_ == limit_) return;
    ++serving_;
    asio::post(executor_, [self = shared_from_this()] { self->serve(); });
}

/// Answers one read, and asks for another turn as long as there are more.
void ReadPool::serve() {
    std::unique_lock lock(mutex_);
    if (waiting_.empty()) {
        --serving_;
        return;
    }
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    std::unique_ptr<Connection> connection;
    if (!idle_.empty()) {
        connection = std::move(idle_.back());
        idle_.pop_back();
    }
    lock.unlock();
    Result<void> result = run(job, connection);
    answer(std::move(job), std::move(result));
    lock.lock();
    if (connection) idle_.push_back(std::move(connection));
    if (waiting_.empty())
        --serving_;
    else
        asio::post(executor_, [self = shared_from_this()] { self->serve(); });
}

Result<void> ReadPool::run(Job& job, std::unique_ptr<Connection>& connection) {
    for (int attempt = 1;; ++attempt) {
        try {
            if (!connection) connection = open_();
            connection->begin_read();
            Result<void> result = run_work(*connection, job.work);
            connection->rollback();
            return result;
        } catch (base::ErrorException const& failed) {
            return failed.error;
        } catch (std::exception const& problem) {
            if (!connection)
                return base::unavailable("the database cannot be opened for reading", problem.what());
            Damage damage = connection->damage(problem);
            bool again = (damage == Damage::again || damage == Damage::gone) && attempt < most_attempts;
            Error error = connection->explain(problem);
            connection.reset();
            if (!again) return error;
        }
    }
}

}  // namespace store::impl
