#include "cli/ask.h"

#include <fmt/core.h>

#include <cerrno>
#include <filesystem>

#include "os/unix_stream.h"
#include "util/printable.h"

namespace trimtab::cli {

using control::Json;

namespace {

// Why nobody answers there, by the number of the error.
Error unreachable(const std::string& path, Error error) {
  const int number = error.number.value_or(0);
  if (number == EACCES || number == EPERM)
    error.fix = "run it as root, or as a member of the socket's group (trimtab)";
  if (number != ENOENT && number != ECONNREFUSED) return error;
  std::error_code ignored;
  const std::filesystem::path socket(path);
  const std::filesystem::path directory = socket.has_parent_path() ? socket.parent_path() : ".";
  if (number == ENOENT && !std::filesystem::exists(directory, ignored)) {
    return Error{fmt::format("no daemon answers on {}: there is no directory {}", path, directory.string()),
                 "`trimtab up` makes it; then start the daemon anew"};
  }
  if (number == ECONNREFUSED && !std::filesystem::is_socket(socket, ignored)) {
    return Error{fmt::format("no daemon answers on {}: that is no socket", path),
                 "remove it, and a daemon that runs puts its own there; or name another --socket"};
  }
  return Error{fmt::format("no daemon answers on {}", path),
               "start it with `trimtab run`, or name its --socket"};
}

// For a terminal, where an escape in a text would move the cursor. JSON writes them as \u001b by itself.
void make_printable(Json& json) {
  if (json.is_string()) {
    json = printable(json.get_ref<const std::string&>());
  } else if (json.is_structured()) {
    for (Json& inner : json) make_printable(inner);
  }
}

}  // namespace

Result<Json> ask(const Common& common, const control::Request& request) {
  const auto line = os::ask(common.socket, control::format_request(request));
  if (!line) return unreachable(common.socket, line.error());
  auto answer = control::parse_json(*line);
  if (!answer) return Error{fmt::format("{} answered what is {}", common.socket, answer.error().what)};
  if (answer->contains("error")) {
    const auto what = answer->at("error").get<std::string>();
    if (what.empty()) return Error{fmt::format("{} answered with an error that says nothing", common.socket)};
    return Error{what, answer->value("fix", "")};
  }
  if (!common.json) make_printable(*answer);
  return answer;
}

int while_asking(const Common& common, const std::function<int()>& read) {
  try {
    return read();
  } catch (const Json::exception&) {
    return complain(Error{fmt::format("{} answered without what this program shows", common.socket),
                          "run the daemon and the command in the same version"});
  }
}

int ask_and_show(const Common& common, const control::Request& request,
                 const std::function<std::string(const Json&)>& show) {
  return while_asking(common, [&] {
    const auto answer = ask(common, request);
    if (!answer) return complain(answer.error());
    fmt::print("{}", common.json ? control::to_line(*answer) + "\n" : show(*answer));
    return kFine;
  });
}

}  // namespace trimtab::cli
