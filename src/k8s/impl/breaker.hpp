// Leaves a cluster alone that cannot be reached.
#pragma once
#include "k8s/backoff.hpp"
#include "k8s/limits.hpp"

namespace k8s::impl {

/// Opens after so many failures in a row to get any answer. Then one request goes through now and again, the
/// probe; what becomes of it closes the breaker or keeps it open for longer.
class Breaker {
public:
    explicit Breaker(Limits const& limits)
        : failures_in_a_row_(limits.failures_in_a_row),
          wait_(limits.left_alone_for, limits.left_alone_for_most) {}

    /// May a request go out? If it may while the breaker is open, it is the probe.
    bool admits(SteadyTime now) {
        if (!is_open()) return true;
        if (probing_ || now < probe_at_) return false;
        return probing_ = true;
    }
    /// Some answer came, whatever it says.
    void answered() {
        failures_ = 0;
        probing_ = false;
        wait_.reset();
    }
    void failed(SteadyTime now, base::Random& random) {
        ++failures_;
        probing_ = false;
        if (is_open()) probe_at_ = now + wait_.next(random);
    }
    /// The request was given up before anybody knew: another may be the probe.
    void given_up() { probing_ = false; }

    bool is_open() const { return failures_ >= failures_in_a_row_; }
    SteadyTime probe_at() const { return probe_at_; }

private:
    int failures_in_a_row_;
    Backoff wait_;
    int failures_ = 0;
    bool probing_ = false;
    SteadyTime probe_at_{};
};

}  // namespace k8s::impl
