// What lists can be asked for: the parameters behind the `?`.
#pragma once
#include "model/views.hpp"
#include "store/store.hpp"

namespace api {

/// No address may hold control characters.
inline constexpr std::string_view plain_text = "^[^\\x00-\\x1f\\x7f]*$";

enum class GroupBy { provider };
BOOST_DESCRIBE_ENUM(GroupBy, provider)

struct EnvironmentsQuery {
    std::optional<model::Provider> provider{};
    std::optional<model::EnvironmentType> type{};
    std::optional<bool> enabled{};
    std::optional<std::string> q{};
    std::optional<GroupBy> group_by{};
};
BOOST_DESCRIBE_STRUCT(EnvironmentsQuery, (), (provider, type, enabled, q, group_by))
inline constexpr base::FieldRule environments_query_rules[] = {
    {.field = "q",
     .longest = 200,
     .about = "part of a name, a region, or a component's name or version; upper and lower case are the same",
     .pattern = plain_text},
    {.field = "group_by", .about = "answers groups instead of items"},
};
constexpr std::span<base::FieldRule const> rules_of(EnvironmentsQuery const*) {
    return environments_query_rules;
}

struct RoleQuery {
    std::optional<model::Strategy> strategy{};
};
BOOST_DESCRIBE_STRUCT(RoleQuery, (), (strategy))
inline constexpr base::FieldRule role_query_rules[] = {
    {.field = "strategy", .about = "of every component; default: each component's own"}};
constexpr std::span<base::FieldRule const> rules_of(RoleQuery const*) { return role_query_rules; }

struct DeploymentsQuery {
    std::optional<std::string> environment{};
    std::optional<model::Status> status{};
    std::optional<model::Strategy> strategy{};
    std::optional<std::string> version{};
    std::optional<model::Trigger> trigger{};
    std::optional<WallTime> created_from{};
    std::optional<WallTime> created_before{};
    store::DeploymentSort sort = store::DeploymentSort::created_at;
    store::Order order = store::Order::desc;
    std::optional<std::string> after{};
    int limit = 50;
};
BOOST_DESCRIBE_STRUCT(DeploymentsQuery, (),
                      (environment, status, strategy, version, trigger, created_from, created_before, sort,
                       order, after, limit))
inline constexpr base::FieldRule deployments_query_rules[] = {
    {.field = "environment", .longest = 63, .pattern = plain_text},
    {.field = "version", .longest = 128, .pattern = plain_text},
    {.field = "created_from", .about = "this moment included"},
    {.field = "created_before", .about = "this moment excluded"},
    {.field = "sort", .about = "by what; deployments that are equal in it stand in the order of their time"},
    {.field = "after",
     .longest = 200,
     .about = "the `next` of the page before, which had the same sort and order",
     .pattern = "^[0-9]{1,18}\\.[0-9a-z]{1,26}(\\.[^\\x00-\\x1f\\x7f]{1,128})?$"},
    {.field = "limit", .minimum = 1, .maximum = 200, .about = "items on a page; default 50"},
};
constexpr std::span<base::FieldRule const> rules_of(DeploymentsQuery const*) {
    return deployments_query_rules;
}

struct LogsQuery {
    std::int64_t after = 0;
    int limit = 200;
};
BOOST_DESCRIBE_STRUCT(LogsQuery, (), (after, limit))
inline constexpr base::FieldRule logs_query_rules[] = {
    {.field = "after", .minimum = 0, .maximum = 9e15, .about = "entries with a higher seq only"},
    {.field = "limit",
     .minimum = 1,
     .maximum = 1000,
     .about = "entries on a page; default 200; a followed log has no pages"},
};
constexpr std::span<base::FieldRule const> rules_of(LogsQuery const*) { return logs_query_rules; }

struct SamplesQuery {
    std::optional<std::string> component{};
    std::optional<WallTime> after{};
    int limit = 1000;
};
BOOST_DESCRIBE_STRUCT(SamplesQuery, (), (component, after, limit))
inline constexpr base::FieldRule samples_query_rules[] = {
    {.field = "component", .longest = 63, .about = "default: all", .pattern = plain_text},
    {.field = "after", .about = "later ones only"},
    {.field = "limit", .minimum = 1, .maximum = 5000, .about = "points on a page; default 1000"},
};
constexpr std::span<base::FieldRule const> rules_of(SamplesQuery const*) { return samples_query_rules; }

struct HealthQuery {
    std::optional<model::Color> color{};
};
BOOST_DESCRIBE_STRUCT(HealthQuery, (), (color))
inline constexpr base::FieldRule health_query_rules[] = {
    {.field = "color",
     .about =
         "one of the two only: in a cluster a Deployment; on a host blue is the stable version, green the "
         "one that is being brought; default: those that there are"}};
constexpr std::span<base::FieldRule const> rules_of(HealthQuery const*) { return health_query_rules; }

struct EventsQuery {
    std::optional<std::string> component{};
    int limit = 50;
};
BOOST_DESCRIBE_STRUCT(EventsQuery, (), (component, limit))
inline constexpr base::FieldRule events_query_rules[] = {
    {.field = "component", .longest = 63, .about = "default: all", .pattern = plain_text},
    {.field = "limit", .minimum = 1, .maximum = 200, .about = "the newest ones; default 50"},
};
constexpr std::span<base::FieldRule const> rules_of(EventsQuery const*) { return events_query_rules; }

struct MetricsQuery {
    int hours = 24;
};
BOOST_DESCRIBE_STRUCT(MetricsQuery, (), (hours))
inline constexpr base::FieldRule metrics_query_rules[] = {
    {.field = "hours", .minimum = 1, .maximum = 24, .about = "the last ones; default 24"}};
constexpr std::span<base::FieldRule const> rules_of(MetricsQuery const*) { return metrics_query_rules; }

struct AlertsQuery {
    std::optional<model::AlertStatus> status{};
    std::optional<model::AlertSeverity> severity{};
    std::optional<std::string> environment{};
};
BOOST_DESCRIBE_STRUCT(AlertsQuery, (), (status, severity, environment))
inline constexpr base::FieldRule alerts_query_rules[] = {
    {.field = "environment", .longest = 63, .pattern = plain_text}};
constexpr std::span<base::FieldRule const> rules_of(AlertsQuery const*) { return alerts_query_rules; }

struct CostsQuery {
    int days = 30;
};
BOOST_DESCRIBE_STRUCT(CostsQuery, (), (days))
inline constexpr base::FieldRule costs_query_rules[] = {
    {.field = "days", .minimum = 1, .maximum = 400, .about = "the last ones; default 30"}};
constexpr std::span<base::FieldRule const> rules_of(CostsQuery const*) { return costs_query_rules; }

struct AuditQuery {
    std::optional<std::string> after{};
    int limit = 50;
};
BOOST_DESCRIBE_STRUCT(AuditQuery, (), (after, limit))
inline constexpr base::FieldRule audit_query_rules[] = {
    {.field = "after", .longest = 20, .about = "the `next` of the page before", .pattern = "^[0-9]{1,18}$"},
    {.field = "limit", .minimum = 1, .maximum = 200, .about = "items on a page; default 50"},
};
constexpr std::span<base::FieldRule const> rules_of(AuditQuery const*) { return audit_query_rules; }

/// A body that says nothing: empty, or `{}`.
struct NoFields {};
BOOST_DESCRIBE_STRUCT(NoFields, (), ())

struct State {
    std::string status = "ok";
};
BOOST_DESCRIBE_STRUCT(State, (), (status))

}  // namespace api
