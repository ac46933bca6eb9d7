// A subscription, as it is asked for and answered.
#pragma once
#include <optional>
#include <vector>

#include "base/json.hpp"
#include "feed/topic.hpp"

namespace feed {

struct TopicWish {
    std::string topic{};
    std::optional<std::int64_t> after{};
};
BOOST_DESCRIBE_STRUCT(TopicWish, (), (topic, after))
inline constexpr base::FieldRule topic_wish_rules[] = {{.field = "topic", .required = true, .longest = 128},
                                                       {.field = "after", .minimum = 0, .maximum = 9e15}};
constexpr std::span<base::FieldRule const> rules_of(TopicWish const*) { return topic_wish_rules; }

struct SubscribeRequest {
    std::vector<TopicWish> topics{};
};
BOOST_DESCRIBE_STRUCT(SubscribeRequest, (), (topics))
inline constexpr base::FieldRule subscribe_request_rules[] = {
    {.field = "topics", .required = true, .minimum = 1, .maximum = 100}};
constexpr std::span<base::FieldRule const> rules_of(SubscribeRequest const*) {
    return subscribe_request_rules;
}

struct UnsubscribeRequest {
    std::vector<std::string> topics{};
};
BOOST_DESCRIBE_STRUCT(UnsubscribeRequest, (), (topics))
inline constexpr base::FieldRule unsubscribe_request_rules[] = {
    {.field = "topics", .required = true, .minimum = 1, .maximum = 100}};
constexpr std::span<base::FieldRule const> rules_of(UnsubscribeRequest const*) {
    return unsubscribe_request_rules;
}

struct Accepted {
    std::string topic{};
    std::int64_t seq = 0;  // of the newest event that the follower has now: what it had, or the snapshot's
    bool reset = false;    // it missed too much: what it had must be replaced
    base::json::value snapshot{};
};
BOOST_DESCRIBE_STRUCT(Accepted, (), (topic, seq, reset, snapshot))

struct Refused {
    std::string topic{};
    std::string code{};
    std::string message{};
    std::optional<std::string> permission{};  // the one that is missing
};
BOOST_DESCRIBE_STRUCT(Refused, (), (topic, code, message, permission))

struct SubscribeAnswer {
    std::vector<Accepted> accepted{};
    std::vector<Refused> refused{};
};
BOOST_DESCRIBE_STRUCT(SubscribeAnswer, (), (accepted, refused))

struct UnsubscribeAnswer {
    std::vector<std::string> left{};
};
BOOST_DESCRIBE_STRUCT(UnsubscribeAnswer, (), (left))

}  // namespace feed
