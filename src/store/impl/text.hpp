// Text is what PostgreSQL and JSON call text: UTF-8 without NUL.
#pragma once
#include <string>

namespace store::impl {

/// Replaces each byte that is neither by U+FFFD: output of programs may hold anything.
void make_text(std::string& text);

}  // namespace store::impl
