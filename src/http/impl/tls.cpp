#include "http/impl/tls.hpp"

#include <fmt/format.h>

#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace http::impl {

namespace {

/// What asio::ssl::stream wants to know of the layer below.
struct PlainLayer : base::Stream {
    explicit PlainLayer(base::Stream stream) : base::Stream(std::move(stream)) {}
    using lowest_layer_type = PlainLayer;
    lowest_layer_type& lowest_layer() { return *this; }
};

class TlsDriver : public base::StreamDriver {
public:
    TlsDriver(base::Stream plain, asio::ssl::context& context)
        : stream_(PlainLayer(std::move(plain)), context) {}

    Executor executor() override { return stream_.next_layer().get_executor(); }
    void read_some(asio::mutable_buffer into, IoHandler handler) override {
        stream_.async_read_some(into, std::move(handler));
    }
    void write_some(base::GatherList const& from, IoHandler handler) override {
        stream_.async_write_some(from, std::move(handler));
    }
    void shutdown_send() override { stream_.next_layer().shutdown_send(); }
    std::string peer() override { return stream_.next_layer().peer(); }

    asio::ssl::stream<PlainLayer>& stream() { return stream_; }

private:
    asio::ssl::stream<PlainLayer> stream_;
};

bool is_address(std::string const& host) {
    error_code not_one;
    asio::ip::make_address(host, not_one);
    return !not_one;
}

std::string without_brackets(std::string host) {
    if (host.size() > 2 && host.front() == '[') return host.substr(1, host.size() - 2);
    return host;
}

asio::ssl::context new_context() {
    asio::ssl::context made(asio::ssl::context::tls_client);
    made.set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    // The protocol's name after its length (RFC 7301, 3.1).
    constexpr unsigned char offered[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(made.native_handle(), offered, sizeof(offered) - 1);
    return made;
}

/// Runs one step of setting up. OpenSSL's own words say nothing of the text that it could not read.
template <class Step>
base::Result<void> try_to(std::string_view what, Step step) {
    try {
        step();
        return {};
    } catch (system_error const& problem) {
        return base::invalid(fmt::format("{} is not understood: {}; it must be text in PEM form", what,
                                         problem.code().message()));
    }
}

base::Result<void> show_identity(asio::ssl::context& context, TlsSettings const& settings) {
    if (settings.certificate.empty() && settings.key.empty()) return {};
    TRY_VOID(try_to("the client certificate",
                    [&] { context.use_certificate_chain(asio::buffer(settings.certificate)); }));
    return try_to("the client certificate's key, or its belonging to the certificate,",
                  [&] { context.use_private_key(asio::buffer(settings.key), asio::ssl::context::pem); });
}

}  // namespace

asio::ssl::context& system_trust() {
    static asio::ssl::context context = [] {
        asio::ssl::context made = new_context();
        made.set_default_verify_paths();
        return made;
    }();
    return context;
}

base::Result<std::shared_ptr<asio::ssl::context>> make_context(TlsSettings const& settings) {
    auto context = std::make_shared<asio::ssl::context>(new_context());
    if (settings.authorities.empty())
        context->set_default_verify_paths();
    else
        TRY_VOID(try_to("the bundle of certificate authorities",
                        [&] { context->add_certificate_authority(asio::buffer(settings.authorities)); }));
    TRY_VOID(show_identity(*context, settings));
    return context;
}

awaitable<base::Stream> start_tls(base::Stream plain, std::string host, asio::ssl::context& trust) {
    host = without_brackets(std::move(host));
    auto driver = std::make_unique<TlsDriver>(std::move(plain), trust);
    auto& stream = driver->stream();
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification(host));
    // The name asked for (RFC 6066, 3); an address must not stand there.
    if (!is_address(host)) SSL_set_tlsext_host_name(stream.native_handle(), host.c_str());
    co_await stream.async_handshake(asio::ssl::stream_base::client, use_awaitable);
    co_return base::Stream(std::move(driver));
}

}  // namespace http::impl
