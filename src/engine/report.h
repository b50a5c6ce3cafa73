// What the parts know of a link, put together for people: LinkView, counters and sessions -> LinkReport.
#pragma once

#include "bird/conversation.h"
#include "control/report.h"
#include "controller/decision.h"
#include "engine/traffic.h"
#include "probe/full_size.h"
#include "probe/round.h"

namespace trimtab::engine {

struct LinkFacts {
  const controller::LinkView& view;
  std::optional<probe::Counters> counters;  // absent: not probed yet
  const Traffic& traffic;
  std::optional<bool> session_established, bfd_up;
  std::optional<probe::FullSize> full_size;
};

// Name and interface are the caller's to fill in.
control::LinkReport report_link(const LinkFacts& facts, mesh::Policy policy, MonotonicTime now);

// A published value as people read it: ms of cost under `path`, a LOCAL_PREF under `score`.
control::Worth worth_of(controller::Value value, mesh::Policy policy);

std::string_view name_of(mesh::Policy policy);
std::string_view name_of(bird::BirdLink link);

}  // namespace trimtab::engine
