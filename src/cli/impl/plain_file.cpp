#include "cli/impl/plain_file.hpp"

#include <cstdio>
#include <fstream>

namespace cli {

bool replace_file(std::string const& path, std::string const& text) {
    std::string const fresh = path + ".new";
    {
        std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
        out << text;
        if (!out.flush()) return false;
    }
    return std::rename(fresh.c_str(), path.c_str()) == 0;
}

}  // namespace cli
