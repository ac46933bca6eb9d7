#include "model/deployment.hpp"

namespace model {

void Window::add(Counts const& look) {
    if (look.requests == 0) return;
    counts += look;
    ++looks;
    auto failures = static_cast<double>(look.failures);
    squares += failures * failures / static_cast<double>(look.requests);
}

Status status_of(Phase phase) {
    switch (phase) {
        case Phase::queued:
            return Status::queued;
        case Phase::preparing:
        case Phase::progressing:
        case Phase::waiting_for_approval:
        case Phase::paused:
        case Phase::promoting:
        case Phase::aborting:
            return Status::deploying;
        case Phase::completed:
            return Status::completed;
        case Phase::rolled_back:
        case Phase::cancelled:
        case Phase::superseded:
        case Phase::failed:
            return Status::failed;
    }
    return Status::failed;
}

}  // namespace model
