// Credential plugins as processes.
#pragma once
#include "k8s/plugin.hpp"

namespace k8s {

/// Runs it without a shell, with nothing on its standard input; its standard error is dropped. It sees of our
/// environment only PATH, HOME, USER, LANG and TMPDIR. Its output may have 1 MiB. At its limit it is killed.
class RealPlugins : public RunPlugin {
public:
    /// `clock` tells real time, from any thread, and outlives this.
    explicit RealPlugins(base::Clock& clock) : clock_(clock) {}
    base::Result<std::string> run(PluginCall const& call, Duration limit) override;

private:
    base::Clock& clock_;
};

}  // namespace k8s
