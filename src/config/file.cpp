#include "config/file.hpp"

#include "config/edit.hpp"

namespace config {

base::Result<Loaded> EnvironmentsFile::load() {
    TRY(std::string text, files_.read(path_));
    seen_ = text;
    return load_environments(text, path_);
}

base::Result<Loaded> EnvironmentsFile::set_enabled(std::string const& environment,
                                                   std::optional<std::string> component, bool enabled) {
    TRY(std::string text, files_.read(path_));
    TRY(std::string edited, config::set_enabled(text, environment, component, enabled));
    if (edited != text) TRY_VOID(files_.write(path_, edited));
    seen_ = edited;
    return load_environments(edited, path_);
}

base::Result<bool> EnvironmentsFile::has_changed() {
    TRY(std::string text, files_.read(path_));
    return seen_ != text;
}

}  // namespace config
