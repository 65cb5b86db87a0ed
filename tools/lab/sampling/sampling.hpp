// tools/lab/sampling/sampling.hpp -- the pipeline that draws new samples from a trained field of a record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <weir/front/check/graph.hpp>
#include <weir/front/plugins/registry.hpp>

#include <lab/records/recorded_run.hpp>

namespace weir::tools {

struct Sampling {
  std::string trainer;  // "" if there is only one
  std::int64_t count = 1000;
  std::string integrator;  // "dopri5"; "" is dopri5, or euler with `steps`
  std::optional<std::int64_t> steps;
  std::string which;         // field | ema | best; "" is as the record's flow has it
  std::string source;        // of the starting points; "" is the one it was trained from
  bool replacement = false;  // an item of a finite source may be the start of several
  bool scaled = false;       // of training data in units of their own (source/scaled): samples in these units
  std::optional<std::string> label;     // of all samples: "3", or a name that the record has for it
  std::optional<std::int64_t> classes;  // how many there are, where the record does not say
  std::optional<double> guidance;
  std::uint64_t seed = 1;
};

// Starting points drawn anew from what the training's were drawn from, the trained field (field/recorded, and what stood between the
// training and its flow in the record), and an integrator: nodes start, trained, sample, and unscaled of what was trained on scaled data.
// `recorded` is the record's graph. Errors: CommandError(invalid) with what the record has.
Graph sampling_graph(const Graph& recorded, const RecordedRun& record, const Registry& registry,
                     const Sampling& sampling);

// The dataset of the samples in the record of such a graph.
inline constexpr auto samples_unscaled = "/nodes/unscaled/x";
std::string samples_of(const Graph& sampling);

}  // namespace weir::tools
