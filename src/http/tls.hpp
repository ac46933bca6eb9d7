// Whom a client trusts, and who it says it is.
#pragma once
#include <string>

namespace http {

/// All in PEM form and in memory only.
struct TlsSettings {
    std::string authorities{};  // whom to trust; empty: whom the system trusts
    std::string certificate{};  // ours, its chain behind it; empty: we show none
    std::string key{};          // of our certificate
    std::string server_name{};  // what the server's certificate must be for; empty: the host of the address
    bool operator==(TlsSettings const&) const = default;
};

}  // namespace http
