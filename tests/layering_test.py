#!/usr/bin/env python3
"""The folders of src/ include only what src/CMakeLists.txt allows, and a few things stay where they belong."""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
problems = []

allowed = {}
for name, depends in re.findall(r"^add_module\((\w+)(?: DEPENDS ([\w ]+?))?(?: LIBRARIES [^)]*)?\)", (root / "src/CMakeLists.txt").read_text(), re.M):
    allowed[name] = {name, *depends.split()}
folders = {path.name for path in (root / "src").iterdir() if path.is_dir()}
problems += [f"src/{name} is not listed in src/CMakeLists.txt" for name in folders - allowed.keys()]

# What only few places may use: a pattern, and where it may stand.
guarded = [
    (re.compile(r"#include <boost/beast"), ("src/http/",), "Beast is included only by src/http"),
    (re.compile(r"#include <soci"), ("src/store/",), "SOCI is included only by src/store"),
    (re.compile(r"(system_clock|steady_clock)::now\(|std::time\(|gettimeofday|clock_gettime"),
     ("src/base/real.", "src/base/log.", "src/target/shim.", "src/target/real_supervisor.", "src/cli/", "src/app/"), "time is passed in (base::Clock)"),
    (re.compile(r"std::random_device|std::mt19937|[^_\w]rand\(\)"), ("src/base/real.", "src/app/", "src/cli/"), "chance is passed in (base::Random)"),
    (re.compile(r"\b(system|popen|execl|execlp|execvp|execve|execv|posix_spawnp?|vfork)\("), ("src/target/shim.", "src/target/real_supervisor.", "src/target/impl/execute.",
      "src/k8s/real_plugin."),
     "programs are executed only by the shim and its launcher, and credential plugins that the operator allows (R20, R69)"),
    (re.compile(r"std::regex"), (), "std::regex backtracks without limit"),
]

files = [path for path in (root / "src").rglob("*") if path.suffix in {".hpp", ".cpp"}]
for path in files:
    relative = path.relative_to(root).as_posix()
    module = path.relative_to(root / "src").parts[0]
    is_test = path.name.endswith("_test.cpp") or path.name == "testing.hpp" or relative == "src/main.cpp"
    for number, line in enumerate(path.read_text().splitlines(), 1):
        include = re.match(r'#include "([\w.]+)/', line)
        if include and include[1] in folders and include[1] not in allowed.get(module, set()) and not is_test:
            problems.append(f"{relative}:{number}: src/{module} may not include {include[1]}/ (see src/CMakeLists.txt)")
        for pattern, places, why in guarded:
            code = line.split("//")[0]
            if pattern.search(code) and not relative.startswith(places) and not is_test:
                problems.append(f"{relative}:{number}: {why}")

print("\n".join(problems) or f"{len(files)} files keep to the map")
sys.exit(bool(problems))
