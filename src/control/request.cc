#include "control/request.h"

#include <fmt/core.h>

#include "control/json.h"

namespace trimtab::control {

Result<Request> parse_request(std::string_view line) {
  if (line.size() > kLongestRequest) return Error{"the request is too long"};
  const auto json = parse_json(line);
  if (!json) return json.error();
  if (!json->is_object() || !json->contains("ask") || !json->at("ask").is_string()) {
    return Error{"the request has no \"ask\"", "send {\"ask\": \"status\"}"};
  }
  const auto ask = json->at("ask").get<std::string>();
  if (ask == "status") return Request{AskStatus{}};
  if (ask == "events") {
    if (!json->contains("since")) return Request{AskEvents{}};
    if (!json->at("since").is_number_unsigned()) return Error{"\"since\" is not an event's number"};
    return Request{AskEvents{json->at("since").get<std::uint64_t>()}};
  }
  if (ask == "explain") {
    if (!json->contains("destination") || !json->at("destination").is_string()) {
      return Error{"the request has no \"destination\"", "name an address, a prefix or a site"};
    }
    return Request{AskExplain{json->at("destination").get<std::string>()}};
  }
  return Error{fmt::format("unknown request \"{}\"", ask), "ask for status, events or explain"};
}

std::string format_request(const Request& request) {
  Json json;
  if (std::holds_alternative<AskStatus>(request)) json["ask"] = "status";
  if (const auto* events = std::get_if<AskEvents>(&request))
    json = {{"ask", "events"}, {"since", events->since}};
  if (const auto* explain = std::get_if<AskExplain>(&request)) {
    json = {{"ask", "explain"}, {"destination", explain->destination}};
  }
  return to_line(json);
}

}  // namespace trimtab::control
