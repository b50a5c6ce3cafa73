// trimtab score: works out score, LOCAL_PREF and cost of given figures, term by term, for who wants to
// understand a number. The constants are the shipped ones; no mesh file is read.
#include <fmt/core.h>

#include <cmath>
#include <memory>

#include "cli/command.h"
#include "cli/table.h"
#include "control/json.h"
#include "controller/cost.h"

namespace trimtab::cli {
namespace {

using control::Json;
using controller::Cost;
using controller::Figures;
using controller::Score;

struct ScoreOptions {
  std::string rtt, jitter = "0s", loss = "0%", bandwidth = "200M", bias;
};

Milliseconds milliseconds(Duration duration) {
  return std::chrono::duration_cast<Milliseconds>(duration);
}

Result<Milliseconds> read_duration(const char* option, const std::string& text) {
  const auto duration = parse_duration(text);
  if (!duration) return Error{fmt::format("{}: {}", option, duration.error().what), duration.error().fix};
  return milliseconds(*duration);
}

Result<Figures> read_figures(const ScoreOptions& options) {
  Figures figures;
  for (const auto& [option, text, into] : {std::tuple{"--rtt", &options.rtt, &figures.rtt},
                                           std::tuple{"--jitter", &options.jitter, &figures.jitter},
                                           std::tuple{"--bias", &options.bias, &figures.bias}}) {
    if (text->empty() && into == &figures.bias) continue;
    const auto duration = read_duration(option, *text);
    if (!duration) return duration.error();
    *into = *duration;
  }
  const auto loss = parse_ratio(options.loss);
  if (!loss) return Error{"--loss: " + loss.error().what, loss.error().fix};
  const auto bandwidth = parse_rate(options.bandwidth);
  if (!bandwidth) return Error{"--bandwidth: " + bandwidth.error().what, bandwidth.error().fix};
  figures.loss = *loss;
  figures.bandwidth = *bandwidth;
  return figures;
}

// Hides binary fractions; far finer than any term.
double rounded(double value) {
  return std::round(value * 1e6) / 1e6 + 0.0;
}

Json to_json(const Score& score, const Cost& cost, bool biased) {
  const double total = rounded(cost.total().count());
  const double bias = rounded(cost.bias.count());
  Json json{{"score", rounded(score.total())},
            {"local_pref", score.preference()},
            {"cost_ms", rounded(total - bias)},
            {"terms",
             {{"score",
               {{"bandwidth", rounded(score.bandwidth)},
                {"rtt", rounded(score.rtt)},
                {"jitter", rounded(score.jitter)},
                {"loss", rounded(score.loss)}}},
              {"cost_ms",
               {{"rtt", rounded(cost.rtt.count())},
                {"bandwidth", rounded(cost.bandwidth.count())},
                {"loss", rounded(cost.loss.count())}}}}}};
  if (biased) {
    json["terms"]["cost_ms"]["bias"] = bias;
    json["cost_with_bias_ms"] = total;
  }
  return json;
}

std::string show_score(const ScoreOptions& options, const Score& score, const Cost& cost) {
  using Align = Table::Align;
  Table table({{"TERM"}, {"GIVEN", Align::right}, {"SCORE", Align::right}, {"COST ms", Align::right}});
  const auto points = [](double value) { return fmt::format("{:.1f}", rounded(value)); };
  const auto cost_ms = [](Milliseconds value) { return fmt::format("{:.1f}", value.count()); };
  table.add({"bandwidth", options.bandwidth, points(score.bandwidth), cost_ms(cost.bandwidth)});
  table.add({"RTT", options.rtt, points(score.rtt), cost_ms(cost.rtt)});
  table.add({"jitter", options.jitter, points(score.jitter), ""});
  table.add({"loss", options.loss, points(score.loss), cost_ms(cost.loss)});
  if (!options.bias.empty()) table.add({"bias", options.bias, "", cost_ms(cost.bias)});
  table.add({{"sum", Colour::bold},
             "",
             {points(score.total()), Colour::bold},
             {cost_ms(cost.total()), Colour::bold}});
  table.add({{"published", Colour::bold},
             "",
             {fmt::format("LP {}", score.preference()), Colour::bold},
             {fmt::format("{:.1f}", cost.value() / controller::kValuesPerMillisecond), Colour::bold}});
  return table.text();
}

int run(const ScoreOptions& options, const Common& common) {
  const auto figures = read_figures(options);
  if (!figures) return complain(figures.error());
  const Score score = controller::score_of(*figures);
  const Cost cost = controller::cost_of(*figures, mesh::Tuning{});
  const std::string text = common.json ? to_json(score, cost, !options.bias.empty()).dump() + "\n"
                                       : show_score(options, score, cost);
  std::fputs(text.c_str(), stdout);
  return kFine;
}

}  // namespace

std::function<int()> declare_score(CLI::App& app, const Common& common) {
  auto options = std::make_shared<ScoreOptions>();
  app.add_option("--rtt", options->rtt, "round-trip time, like 20ms")->type_name("TIME")->required();
  app.add_option("--jitter", options->jitter, "mean difference of successive RTTs")
      ->type_name("TIME")
      ->capture_default_str();
  app.add_option("--loss", options->loss, "proven loss, like 1%")->type_name("SHARE")->capture_default_str();
  app.add_option("--bandwidth", options->bandwidth, "like 200M")->type_name("RATE")->capture_default_str();
  app.add_option("--bias", options->bias, "the operator's own addition to the cost")->type_name("TIME");
  return [options, &common] { return run(*options, common); };
}

}  // namespace trimtab::cli
