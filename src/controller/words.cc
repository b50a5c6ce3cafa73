#include "controller/words.h"

#include <fmt/core.h>

#include "util/check.h"

namespace trimtab::controller {
namespace {

std::string_view fault(Drop drop) {
  switch (drop) {
    case Drop::probes:
      return "a whole round of probes failed";
    case Drop::interface:
      return "its interface went down";
    case Drop::local:
      return "our own kernel sends nothing over it";
    case Drop::session:
      return "its BGP session was lost";
    case Drop::bfd:
      return "BFD went down";
    case Drop::restart:
      return "it was at last resort before the restart";
  }
  TRIMTAB_CHECK(false);
}

std::string figure(const Decision& decision, std::string_view what, double value, std::string_view unit) {
  return decision.figures ? fmt::format("{} {:.1f} {}", what, value, unit) : std::string(what);
}

std::string why(const Decision& decision) {
  const Figures figures = decision.figures.value_or(Figures{});
  const auto loss = [&](std::string_view what) {
    return figure(decision, what, figures.loss.percent(), "%");
  };
  const auto rtt = [&](std::string_view what) { return figure(decision, what, figures.rtt.count(), "ms"); };
  switch (decision.reason) {
    case Reason::first_answer:
      return "first answer";
    case Reason::step:
      return rtt("its figures moved: RTT") + loss(", proven loss");
    case Reason::settled:
      return rtt("settled after its first rounds: RTT");
    case Reason::loss_boundary:
      return loss("beyond the loss boundary: proven");
    case Reason::rtt_boundary:
      return rtt("beyond the RTT boundary:");
    case Reason::down:
      return fmt::format("{}; it will return after {} without a fault",
                         fault(decision.drop.value_or(Drop::probes)), format_duration(decision.to_earn));
    case Reason::loss_recovered:
      return loss("back from the loss boundary: proven");
    case Reason::rtt_recovered:
      return rtt("back from the RTT boundary:");
    case Reason::returned:
      return "earned its return";
    case Reason::budget_spent:
      return "crossed a boundary on the last change that it may make for now";
    case Reason::budget_refilled:
      return "may change again";
    case Reason::settings:
      return "the mesh file changed";
  }
  TRIMTAB_CHECK(false);
}

}  // namespace

std::string_view name(Standing standing) {
  switch (standing) {
    case Standing::unmeasured:
      return "unmeasured";
    case Standing::up:
      return "up";
    case Standing::earning:
      return "earning";
    case Standing::down:
      return "down";
  }
  TRIMTAB_CHECK(false);
}

std::string_view name(Drop drop) {
  switch (drop) {
    case Drop::probes:
      return "probes";
    case Drop::interface:
      return "interface";
    case Drop::local:
      return "local";
    case Drop::session:
      return "session";
    case Drop::bfd:
      return "bfd";
    case Drop::restart:
      return "restart";
  }
  TRIMTAB_CHECK(false);
}

std::string_view name(Reason reason) {
  switch (reason) {
    case Reason::first_answer:
      return "first_answer";
    case Reason::step:
      return "step";
    case Reason::settled:
      return "settled";
    case Reason::loss_boundary:
      return "loss_boundary";
    case Reason::rtt_boundary:
      return "rtt_boundary";
    case Reason::down:
      return "down";
    case Reason::loss_recovered:
      return "loss_recovered";
    case Reason::rtt_recovered:
      return "rtt_recovered";
    case Reason::returned:
      return "returned";
    case Reason::budget_spent:
      return "budget_spent";
    case Reason::budget_refilled:
      return "budget_refilled";
    case Reason::settings:
      return "settings";
  }
  TRIMTAB_CHECK(false);
}

std::string_view name(Holding holding) {
  switch (holding) {
    case Holding::unmeasured:
      return "unmeasured";
    case Holding::down:
      return "down";
    case Holding::earning:
      return "earning";
    case Holding::hysteresis:
      return "hysteresis";
    case Holding::hold_down:
      return "hold_down";
    case Holding::dwell:
      return "dwell";
    case Holding::budget:
      return "budget";
    case Holding::own_load:
      return "own_load";
    case Holding::short_spell:
      return "short_spell";
    case Holding::restarted:
      return "restarted";
  }
  TRIMTAB_CHECK(false);
}

std::string_view name(BandwidthSource source) {
  switch (source) {
    case BandwidthSource::measured:
      return "measured";
    case BandwidthSource::declared:
      return "declared";
    case BandwidthSource::reference:
      return "assumed";
  }
  TRIMTAB_CHECK(false);
}

std::string show(Value value, mesh::Policy policy) {
  if (value == last_resort(policy)) return "last resort";
  return policy == mesh::Policy::path ? fmt::format("{:.1f} ms", value / kValuesPerMillisecond)
                                      : fmt::format("{}", value);
}

std::string sentence(const Decision& decision, mesh::Policy policy) {
  return fmt::format("{} -> {}: {}", show(decision.from, policy), show(decision.to, policy), why(decision));
}

std::string kept_no_longer(std::string_view route, std::string_view neighbour, Ratio cheaper) {
  return fmt::format("{} is kept on {} no longer: another way has been cheaper for long, now by {:.0f} %",
                     route, neighbour, cheaper.percent());
}

std::string sentence(Holding holding) {
  switch (holding) {
    case Holding::unmeasured:
      return "no round with an answer yet";
    case Holding::down:
      return "down";
    case Holding::earning:
      return "earns its return";
    case Holding::hysteresis:
      return "differs too little from what is published";
    case Holding::hold_down:
      return "too small a lead to become, or cease to be, the better link";
    case Holding::dwell:
      return "improved, or changed places with another link, too recently";
    case Holding::budget:
      return "changed too often in this hour";
    case Holding::own_load:
      return "better, but not under the traffic that had made it slow";
    case Holding::short_spell:
      return "slow again, as for a short time before; followed once it lasts longer than it did";
    case Holding::restarted:
      return "published before the restart; too few fresh probes to contradict it";
  }
  TRIMTAB_CHECK(false);
}

}  // namespace trimtab::controller
