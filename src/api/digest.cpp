#include "api/digest.hpp"

#include <openssl/evp.h>

#include <array>

namespace api {

std::string sha256(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned length = 0;
    EVP_Digest(text.data(), text.size(), bytes.data(), &length, EVP_sha256(), nullptr);
    std::string hex;
    hex.reserve(2 * length);
    for (unsigned i = 0; i < length; ++i) {
        hex += "0123456789abcdef"[bytes[i] >> 4U];
        hex += "0123456789abcdef"[bytes[i] & 15U];
    }
    return hex;
}

std::string entity_tag(std::string_view content) { return '"' + sha256(content).substr(0, 32) + '"'; }

bool names_tag(std::string_view list, std::string_view tag) {
    while (!list.empty()) {
        list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
        if (list.starts_with('*')) return true;
        if (list.starts_with("W/")) list.remove_prefix(2);
        // A tag of ours holds no quotes, so one that matches ends where ours ends.
        if (list.starts_with(tag)) return true;
        if (!list.starts_with('"')) return false;
        auto end = list.find('"', 1);
        if (end == std::string_view::npos) return false;
        list.remove_prefix(end + 1);
    }
    return false;
}

}  // namespace api
