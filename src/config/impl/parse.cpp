#include <libfyaml.h>

#include <map>
#include <memory>

#include "config/yaml.hpp"

namespace config {

namespace {

constexpr std::size_t longest_file = 1024 * 1024;
constexpr std::size_t deepest = 32;
constexpr std::size_t most_nodes = 200'000;
/// libfyaml reads ahead over these, whatever their depth, and keeps up to a kilobyte for each.
constexpr std::string_view costly = "[{*&!%";
constexpr auto most_costly = 25'000;
constexpr std::size_t most_keys = 1000;
constexpr std::size_t most_aliases = 100;
constexpr std::size_t most_expansion = 10;

struct Destroy {
    void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
    void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
};
using Diagnostics = std::unique_ptr<fy_diag, Destroy>;
using Parser = std::unique_ptr<fy_parser, Destroy>;

Diagnostics make_diagnostics() {
    fy_diag_cfg settings;
    fy_diag_cfg_default(&settings);
    settings.fp = nullptr;
    Diagnostics diagnostics(fy_diag_create(&settings));
    fy_diag_set_collect_errors(diagnostics.get(), true);
    return diagnostics;
}

Parser make_parser(std::string_view text, fy_diag* diagnostics) {
    fy_parse_cfg settings{};
    settings.flags = static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_COLLECT_DIAG);
    settings.diag = diagnostics;
    Parser parser(fy_parser_create(&settings));
    fy_parser_set_string(parser.get(), text.data(), text.size());
    return parser;
}

std::string text_of(fy_token* token) {
    std::size_t length = 0;
    char const* text = token ? fy_token_get_text(token, &length) : nullptr;
    return text ? std::string(text, length) : std::string();
}

/// Builds the tree from libfyaml's events: its own documents would expand aliases before anyone can count
/// them.
class Builder {
public:
    explicit Builder(Report& report)
        : report_(report),
          diagnostics_(make_diagnostics()),
          parser_(make_parser(report.text().bytes(), diagnostics_.get())) {}

    Document run(std::string_view if_empty) {
        while (report_.empty()) {
            fy_event* event = fy_parser_parse(parser_.get());
            if (!event) break;
            take(*event);
            fy_parser_event_free(parser_.get(), event);
        }
        report_syntax();
        if (report_.empty() && !document_.root) report_.add(std::size_t{0}, std::string(if_empty));
        if (report_.empty()) check_expansion();
        if (!report_.empty()) document_.root = nullptr;
        return std::move(document_);
    }

private:
    struct Open {
        Node* node;
        std::string anchor;
        std::map<std::string, std::size_t, std::less<>> keys{};  // of a mapping, with their place
    };

    void take(fy_event& event) {
        if (fy_mark const* mark = fy_event_start_mark(&event)) at_ = mark->input_pos;
        switch (event.type) {
            case FYET_DOCUMENT_START:
                if (document_.root)
                    report_.add(at_,
                                "a second document begins; one file holds one document: remove this line");
                break;
            case FYET_MAPPING_START:
                open(event, NodeKind::mapping, event.mapping_start.anchor, event.mapping_start.tag);
                break;
            case FYET_SEQUENCE_START:
                open(event, NodeKind::list, event.sequence_start.anchor, event.sequence_start.tag);
                break;
            case FYET_MAPPING_END:
            case FYET_SEQUENCE_END:
                close(event);
                break;
            case FYET_SCALAR:
                take_scalar(event);
                break;
            case FYET_ALIAS:
                take_alias(event);
                break;
            default:
                break;
        }
    }

    void open(fy_event& event, NodeKind kind, fy_token* anchor, fy_token* tag) {
        refuse_tag(tag);
        if (open_.size() == deepest)
            return report_.add(at_, fmt::format("nested deeper than {} levels; make it flatter", deepest));
        Node* node = add_node();
        if (!node) return;
        node->kind = kind;
        node->begin = at_;
        node->flow = fy_event_get_node_style(&event) == FYNS_FLOW;
        attach(*node);
        open_.push_back({node, text_of(anchor)});
        if (anchor) anchors_[open_.back().anchor] = nullptr;
    }

    void close(fy_event& event) {
        Open closed = std::move(open_.back());
        open_.pop_back();
        fy_mark const* mark = fy_event_end_mark(&event);
        closed.node->end = mark ? mark->input_pos : at_;
        for (Node const* child : closed.node->children) closed.node->size += child->size;
        remember(closed.anchor, *closed.node);
    }

    void take_scalar(fy_event& event) {
        refuse_tag(event.scalar.tag);
        Node* node = add_node();
        if (!node) return;
        fy_token* token = event.scalar.value;
        fy_scalar_style style = token ? fy_token_scalar_style(token) : FYSS_PLAIN;
        fy_mark const* end = fy_event_end_mark(&event);
        std::size_t quotes = style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED ? 1 : 0;
        node->text = text_of(token);
        node->plain = style == FYSS_PLAIN;
        // A value that is not written at all has no mark: it stands where the key ends.
        node->begin = end ? at_ - quotes : last_end_;
        node->end = end ? end->input_pos + quotes : last_end_;
        last_end_ = node->end;
        attach(*node);
        remember(text_of(event.scalar.anchor), *node);
    }

    void take_alias(fy_event& event) {
        std::string anchor = text_of(event.alias.anchor);
        if (at_ > 0) --at_;  // the mark stands after the asterisk
        auto found = anchors_.find(anchor);
        if (found == anchors_.end())
            return report_.add(
                at_, report_.may_quote()
                         ? fmt::format("unknown alias *{}; no &{} stands above", anchor, anchor)
                         : "unknown alias; to make something that begins with * text put it in quotes");
        if (!found->second)
            return report_.add(
                at_, report_.may_quote()
                         ? fmt::format("the alias *{} stands inside of &{}: that has no end", anchor, anchor)
                         : "an alias stands inside of what it is for: that has no end");
        if (document_.aliases.size() == most_aliases)
            return report_.add(at_, fmt::format("more than {} aliases; write the rest out", most_aliases));
        Node* node = add_node();
        if (!node) return;
        node->alias_of = found->second;
        node->size = found->second->size;
        node->begin = at_;
        node->end = last_end_ = at_ + 1 + anchor.size();
        document_.aliases.push_back(node);
        attach(*node);
    }

    Node* add_node() {
        if (document_.nodes.size() == most_nodes) {
            report_.add(at_, fmt::format("more than {} values; split the file", most_nodes));
            return nullptr;
        }
        return &document_.nodes.emplace_back();
    }

    void attach(Node const& node) {
        if (open_.empty()) {
            document_.root = &node;
            return;
        }
        Open& parent = open_.back();
        bool is_key = parent.node->kind == NodeKind::mapping && parent.node->children.size() % 2 == 0;
        if (is_key) check_key(parent, node);
        parent.node->children.push_back(&node);
    }

    void check_key(Open& mapping, Node const& key) {
        if (key.kind != NodeKind::scalar || key.alias_of) return report_.add(key, "a key must be text");
        if (mapping.keys.size() == most_keys)
            return report_.add(key, fmt::format("more than {} keys in one place", most_keys));
        auto [known, is_new] = mapping.keys.emplace(key.text, key.begin);
        if (is_new) return;
        report_.add(key, fmt::format("{} is here twice, first in line {}; remove one",
                                     report_.may_quote() ? '"' + key.text + '"' : "a field",
                                     report_.text().place(known->second).line));
    }

    void remember(std::string const& anchor, Node const& node) {
        if (!anchor.empty()) anchors_[anchor] = &node;
    }

    void refuse_tag(fy_token* tag) {
        if (tag) report_.add(at_, "tags (!...) are not understood; to make something text put it in quotes");
    }

    void report_syntax() {
        void* position = nullptr;
        while (fy_diag_error* error = fy_diag_errors_iterate(diagnostics_.get(), &position))
            if (error->type == FYET_ERROR && report_.empty())
                report_.add(report_.text().offset({error->line, error->column}),
                            report_.may_quote() ? fmt::format("not YAML: {}", error->msg) : "not YAML");
        if (report_.empty() && fy_parser_get_stream_error(parser_.get())) report_.add(at_, "not YAML");
    }

    void check_expansion() {
        if (document_.root->size > most_expansion * document_.nodes.size())
            report_.add(
                *document_.aliases.front(),
                fmt::format("the aliases make the file more than {} times as large; write some of it out",
                            most_expansion));
    }

    Report& report_;
    Diagnostics diagnostics_;
    Parser parser_;
    Document document_;
    std::vector<Open> open_;
    std::map<std::string, Node const*, std::less<>> anchors_;  // null while it is still open
    std::size_t at_ = 0;
    std::size_t last_end_ = 0;
};

}  // namespace

Document parse(Report& report, std::string_view if_empty) {
    std::string_view bytes = report.text().bytes();
    if (bytes.size() > longest_file)
        report.add(std::size_t{0},
                   fmt::format("the file has {} bytes, more than 1 MiB; split it", bytes.size()));
    else if (auto foreign = report.text().find_foreign())
        report.add(*foreign, fmt::format("the byte 0x{:02X} is not text in UTF-8; remove it",
                                         static_cast<unsigned char>(bytes[*foreign])));
    else if (std::count_if(bytes.begin(), bytes.end(), [](char c) { return costly.find(c) != costly.npos; }) >
             most_costly)
        report.add(std::size_t{0}, fmt::format("the characters {} stand here more than {} times; split the "
                                               "file, or write lists as lines that "
                                               "begin with -",
                                               costly, most_costly));
    if (!report.empty()) return {};
    return Builder(report).run(if_empty);
}

}  // namespace config
