// TLS over any stream, as a client.
#pragma once
#include <boost/asio/ssl/context.hpp>

#include "base/error.hpp"
#include "base/stream.hpp"
#include "http/tls.hpp"

namespace http::impl {

/// Trusts what the system trusts. Made once.
asio::ssl::context& system_trust();

/// Errors: invalid, naming which of the texts is not understood; never quotes them.
base::Result<std::shared_ptr<asio::ssl::context>> make_context(TlsSettings const& settings);

/// Offers http/1.1 (RFC 7301). Throws system_error: the certificate is not trusted, or not for this host.
awaitable<base::Stream> start_tls(base::Stream plain, std::string host, asio::ssl::context& trust);

}  // namespace http::impl
