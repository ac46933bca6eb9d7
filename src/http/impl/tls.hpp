// TLS over any stream, as a client.
#pragma once
#include <boost/asio/ssl/context.hpp>

#include "base/stream.hpp"

namespace http::impl {

/// Trusts what the system trusts. Made once.
asio::ssl::context& system_trust();

/// Throws system_error: the certificate is not trusted, or not for this host.
awaitable<base::Stream> start_tls(base::Stream plain, std::string host, asio::ssl::context& trust);

}  // namespace http::impl
