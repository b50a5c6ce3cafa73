// Asks the running daemon over its socket.
#pragma once

#include "cli/command.h"
#include "control/json.h"
#include "control/request.h"

namespace trimtab::cli {

// One question, one answer. No daemon, no permission, no answer within 5 s, or an answer that says "error":
// an Error that says what to do. Without --json its texts have no control characters any more.
Result<control::Json> ask(const Common& common, const control::Request& request);

// Runs what reads a daemon's answers. One that lacks a key, or has it in another form, comes from another
// version: that is said instead.
int while_asking(const Common& common, const std::function<int()>& read);

// Asks and prints: JSON as it came with --json, else what `show` makes of it.
int ask_and_show(const Common& common, const control::Request& request,
                 const std::function<std::string(const control::Json&)>& show);

}  // namespace trimtab::cli
