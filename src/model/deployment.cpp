#include "model/deployment.hpp"

namespace model {

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
