// A YAML document as a tree whose nodes know their bytes in the file.
#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "config/problem.hpp"
#include "config/text.hpp"

namespace config {

enum class NodeKind { scalar, list, mapping };

struct Node {
    NodeKind kind = NodeKind::scalar;
    bool plain = false;                   // a scalar without quotes
    bool flow = false;                    // [ ] or { }
    std::size_t begin = 0, end = 0;       // bytes in the file, quotes and brackets included
    std::string text{};                   // of a scalar
    std::vector<Node const*> children{};  // items; or key, value, key, value
    Node const* alias_of = nullptr;
    std::size_t size = 1;  // nodes in it, each alias counted as what it stands for
};

/// The node itself, or what the alias stands for.
inline Node const& meant(Node const& node) { return node.alias_of ? *node.alias_of : node; }

struct Field {
    Node const* key;
    Node const* value;
};
/// As written, merge keys included.
std::vector<Field> written_fields(Node const& mapping);
inline bool is_merge(Field const& field) { return field.key->plain && field.key->text == "<<"; }

struct Document {
    std::deque<Node> nodes{};
    std::vector<Node const*> aliases{};
    Node const* root = nullptr;  // none after a problem
};

/// Collects problems, one for a place (the first says most) and at most a hundred in all.
/// May messages say words of the text? Not where a secret could be one of them.
enum class Quoting { allowed, never };

class Report {
public:
    Report(std::string file, Text const& text, Quoting quoting = Quoting::allowed)
        : file_(std::move(file)), text_(text), quoting_(quoting) {}
    bool may_quote() const { return quoting_ == Quoting::allowed; }
    void add(std::size_t offset, std::string message);
    void add(Node const& at, std::string message) { add(at.begin, std::move(message)); }
    /// What is not there has no place of its own.
    void add_missing(Node const& from, std::string message);
    void warn(Node const& at, std::string message) { warnings_.emplace(at.begin, std::move(message)); }
    bool has(Node const& at) const { return problems_.contains(at.begin); }
    bool has_within(Node const& node) const;
    bool empty() const { return problems_.empty(); }
    int line(Node const& at) const { return text_.place(at.begin).line; }
    Text const& text() const { return text_; }
    /// In the order of the file.
    std::vector<Problem> problems() const { return placed(problems_); }
    std::vector<Problem> warnings() const { return placed(warnings_); }

private:
    using Messages = std::multimap<std::size_t, std::string>;  // by the byte where they stand
    std::vector<Problem> placed(Messages const& messages) const;
    std::string file_;
    Text const& text_;
    Quoting quoting_;
    Messages problems_, warnings_;
};

/// Reads untrusted text. Limits (R33): 1 MiB, depth 32, 200,000 values, 25,000 brackets and the like, 1,000
/// keys in one place, 100 aliases that make it at most ten times as large, no cycles, no tags, one document.
/// Duplicate keys, text that is not UTF-8 and the rest go to the report. `if_empty` is said of a file without
/// any value.
Document parse(Report& report, std::string_view if_empty = "the file is empty");

}  // namespace config
