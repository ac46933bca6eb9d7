#include "secret/impl/contents.hpp"

#include "base/json.hpp"

namespace secret::impl {

namespace {

struct Contents {
    std::string server{};
    std::string server_name{};
    std::string authorities{};
    std::string namespace_{};
    std::string token{};
    std::string certificate{};
    std::string key{};
};
BOOST_DESCRIBE_STRUCT(Contents, (), (server, server_name, authorities, namespace_, token, certificate, key))

}  // namespace

std::string server_of(k8s::Access const& access) { return "https://" + access.cluster.server.address(); }

std::string write_contents(k8s::Access const& access) {
    Contents const contents{.server = server_of(access),
                            .server_name = access.cluster.server_name,
                            .authorities = access.cluster.authorities,
                            .namespace_ = access.cluster.namespace_,
                            .token = access.identity.token,
                            .certificate = access.identity.certificate,
                            .key = access.identity.key};
    return base::to_text(contents);
}

base::Result<k8s::Access> read_contents(std::string_view text) {
    auto contents = base::from_text<Contents>(text, base::Author::ourselves);
    auto server = contents ? http::parse_url(contents->server) : base::Result<http::Url>(contents.error());
    if (!server) return base::invalid("another program than this one has written it");
    k8s::Access access;
    access.cluster.server = std::move(*server);
    access.cluster.server_name = std::move(contents->server_name);
    access.cluster.authorities = std::move(contents->authorities);
    access.cluster.namespace_ = std::move(contents->namespace_);
    access.identity = {.token = std::move(contents->token),
                       .certificate = std::move(contents->certificate),
                       .key = std::move(contents->key)};
    return access;
}

}  // namespace secret::impl
