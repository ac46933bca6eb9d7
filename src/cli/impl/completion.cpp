// Words that a shell may offer, made from the table of commands itself.
#include "cli/impl/client_commands.hpp"

namespace cli {

namespace {

constexpr std::string_view bash_function = R"(
_pilothouse() {
    local path=pilothouse word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ -v "_pilothouse_words[$path $word]" ]] && path+=" $word"
    done
    COMPREPLY=($(compgen -W "${_pilothouse_words[$path]}" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _pilothouse pilothouse ./pilothouse
)";

std::string words_of(CLI::App const& command) {
    std::string words;
    for (CLI::App const* inner : command.get_subcommands({}))
        if (!inner->get_group().empty()) words += inner->get_name() + " ";
    for (CLI::Option const* option : command.get_options())
        for (std::string const& name : option->get_lnames()) words += "--" + name + " ";
    return words;
}

void add_words(std::string& script, CLI::App const& command, std::string const& path) {
    script += fmt::format("    [\"{}\"]=\"{}\"\n", path, words_of(command));
    for (CLI::App const* inner : command.get_subcommands({}))
        if (!inner->get_group().empty()) add_words(script, *inner, path + " " + inner->get_name());
}

std::string bash_completion(CLI::App const& app) {
    std::string script = "# source <(pilothouse completion bash)\ndeclare -gA _pilothouse_words=(\n";
    add_words(script, app, "pilothouse");
    return script + ")\n" + std::string(bash_function);
}

}  // namespace

void add_completion(Place place) {
    CLI::App& group =
        *place.app.add_subcommand("completion", "print a script with which a shell completes words");
    group.require_subcommand(1);
    CLI::App& bash = *group.add_subcommand("bash", "use it with: source <(pilothouse completion bash)");
    bash.callback([place] {
        place.chosen = [place] {
            place.terminal.out(bash_completion(place.app));
            return code(ExitCode::done);
        };
    });
}

}  // namespace cli
