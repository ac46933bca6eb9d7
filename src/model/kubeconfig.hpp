// Kubeconfigs that were uploaded: what may be told of them. Nothing secret ever stands in an answer.
#pragma once
#include "base/json.hpp"

namespace model {

enum class KubeconfigCredential { token, client_certificate, token_and_client_certificate };
BOOST_DESCRIBE_ENUM(KubeconfigCredential, token, client_certificate, token_and_client_certificate)

struct KubeconfigRequest {
    std::string kubeconfig{};
    std::optional<std::string> context{};
    bool operator==(KubeconfigRequest const&) const = default;
};
BOOST_DESCRIBE_STRUCT(KubeconfigRequest, (), (kubeconfig, context))
inline constexpr base::FieldRule kubeconfig_request_rules[] = {
    {.field = "kubeconfig",
     .required = true,
     .longest = 200'000,
     .about = "the text of the file; only server, certificates, token and namespace of one context are kept"},
    {.field = "context", .longest = 253, .about = "which context counts; left out: the current one"},
};
constexpr std::span<base::FieldRule const> rules_of(KubeconfigRequest const*) {
    return kubeconfig_request_rules;
}

struct KubeconfigView {
    std::string name{};
    std::string server{};  // "https://k8s.example.org:6443"
    std::string namespace_{};
    KubeconfigCredential credential = KubeconfigCredential::token;
    WallTime created_at{};
    std::string created_by{};
    WallTime updated_at{};
    std::vector<std::string> used_by{};  // environments that are declared now
    bool operator==(KubeconfigView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(KubeconfigView, (),
                      (name, server, namespace_, credential, created_at, created_by, updated_at, used_by))

struct KubeconfigList {
    std::vector<KubeconfigView> items{};
};
BOOST_DESCRIBE_STRUCT(KubeconfigList, (), (items))

}  // namespace model
