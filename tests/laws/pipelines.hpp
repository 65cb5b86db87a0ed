// tests/laws/pipelines.hpp -- for plugins that the laws' own world is not enough for: a pipeline that has one, by plugin.
#pragma once

#include <map>
#include <string>

inline const std::map<std::string, std::string> pipelines_with = {
    {"coupling/posterior", R"(nodes:
  base:  {plugin: source/gaussian, dim: 3}
  seen:  {plugin: source/measured, of: base, sigma: 0.5}
  pairs: {plugin: coupling/posterior, source: base, target: seen, measurements: 3, each: 8}
)"},
    {"coupling/lane_riesenfeld", R"(nodes:
  clouds: {plugin: source/snapshots, set: half_circle, size: 4}
  curve:  {plugin: coupling/lane_riesenfeld, snapshots: clouds}
)"},
    {"coupling/chain", R"(nodes:
  clouds: {plugin: source/snapshots, set: fork, size: 6}
  pairs:  {plugin: coupling/chain, snapshots: clouds, pairing: ot, draw: {fixed: 6}}
)"},
    {"coupling/ot", R"(nodes:
  base:  {plugin: source/gaussian, dim: 3}
  seen:  {plugin: source/measured, of: base, sigma: 0.5}
  pairs: {plugin: coupling/ot, source: base, target: seen, condition_weight: 4, draw: {fixed: 16}}
)"},
    {"source/unscaled", R"(nodes:
  base:  {plugin: source/gaussian, dim: 3}
  own:   {plugin: source/sample, of: base, count: 12}
  data:  {plugin: source/scaled, of: own}
  pairs: {plugin: coupling/independent, source: base, target: data, draw: {fixed: 10}}
  ends:  {plugin: source/unscaled, points: pairs.x1, scaled: data}
)"},
    {"metric/nearest_neighbour", R"(nodes:
  base:  {plugin: source/gaussian, dim: 2}
  train: {plugin: coupling/independent, source: base, target: base, draw: {fixed: 16}}
  other: {plugin: coupling/independent, source: base, target: base, draw: {fixed: 16}}
  near:  {plugin: metric/nearest_neighbour, samples: train.x0, train: train.x1, held_out: other.x1}
)"},
    {"metric/normal_error", R"(nodes:
  base:   {plugin: source/gaussian, dim: 3}
  circle: {plugin: source/sphere, dim: 3}
  pairs:  {plugin: coupling/independent, source: base, target: circle, draw: {fixed: 16}}
  normal: {plugin: metric/normal_error, start: pairs.x0, end: pairs.x1, target: circle}
)"},
    {"metric/validity", R"(nodes:
  base:  {plugin: source/gaussian, dim: 9}
  words: {plugin: source/binary, set: bars_and_stripes, size: 3}
  pairs: {plugin: coupling/independent, source: base, target: words, draw: {fixed: 10}}
  valid: {plugin: metric/validity, generated: pairs.x0, target: words}
)"},
    {"metric/w1", R"(nodes:
  base:  {plugin: source/gaussian, dim: 1}
  pairs: {plugin: coupling/independent, source: base, target: base, draw: {fixed: 10}}
  w1:    {plugin: metric/w1, samples: pairs.x0, points: pairs.x1}
)"},
    {"metric/marginals", R"(nodes:
  clouds: {plugin: source/snapshots, set: half_circle, size: 4}
  curve:  {plugin: coupling/lane_riesenfeld, snapshots: clouds}
  judged: {plugin: metric/marginals, snapshots: clouds, coupling: curve, interpolant: spline}
)"},
    {"metric/posterior", R"(nodes:
  base:   {plugin: source/gaussian, dim: 3}
  seen:   {plugin: source/measured, of: base, sigma: 0.5}
  pairs:  {plugin: coupling/posterior, source: base, target: seen, measurements: 3, each: 8}
  far:    {plugin: metric/posterior, samples: pairs.x0, y: pairs.y, target: seen}
)"},
    {"metric/knee", R"(nodes:
  base:  {plugin: source/gaussian, dim: 2}
  pairs: {plugin: coupling/independent, source: base, target: base, draw: {fixed: 30}}
  knee:  {plugin: metric/knee, curve: pairs.id, step: pairs.id, score: pairs.id}
)"},
    {"metric/intersection", R"(nodes:
  base:   {plugin: source/gaussian, dim: 2}
  pairs:  {plugin: coupling/independent, source: base, target: base, draw: {fixed: 16}}
  task:   {plugin: objective/flow_matching, coupling: pairs}
  field:  {plugin: field/mlp, width: 6, depth: 2}
  first:  {plugin: trainer/gradient, objective: task, model: field, steps: 4, batch: 8, snapshots: [0, 2, 4]}
  second: {plugin: trainer/gradient, objective: task, model: field, steps: 4, batch: 8, snapshots: [0, 2, 4]}
  angle:  {plugin: metric/intersection, first: first.history, second: second.history, objective: task}
)"},
    {"metric/history_score", R"(nodes:
  base:  {plugin: source/gaussian, dim: 2}
  pairs: {plugin: coupling/independent, source: base, target: base, draw: {fixed: 16}}
  task:  {plugin: objective/flow_matching, coupling: pairs}
  train: {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 6, depth: 2}, steps: 4, batch: 8, snapshot_every: 2}
  score: {plugin: metric/history_score, history: train.history, objective: task}
)"},
    {"field/categorical", R"(nodes:
  masks: {plugin: source/categorical, categories: 3, law: mask, length: 2}
  words: {plugin: source/categorical, categories: 3, words: [[0, 1], [1, 0]], weights: [2, 1]}
  pairs: {plugin: coupling/independent, source: masks, target: words, draw: {fixed: 16}}
  field: {plugin: field/categorical, source: masks, target: words}
  flow:  {plugin: integrator/ctmc_euler, field: field, start: pairs.x0, steps: 4}
)"},
    {"objective/discrete_flow_matching", R"(nodes:
  masks: {plugin: source/categorical, categories: 3, law: mask, length: 2}
  words: {plugin: source/categorical, categories: 3, words: [[0, 1], [1, 0]], weights: [2, 1]}
  pairs: {plugin: coupling/independent, source: masks, target: words, draw: {fixed: 16}}
  task:  {plugin: objective/discrete_flow_matching, coupling: pairs, loss: generalised_kl}
  train:
    plugin: trainer/gradient
    objective: task
    model: {plugin: field/prediction, field: {plugin: field/mlp, width: 8, depth: 2}, of: categories}
    steps: 6
    batch: 8
)"},
    {"metric/token_law", R"(nodes:
  words: {plugin: source/categorical, categories: 3, words: [[0, 1], [1, 0]], weights: [2, 1]}
  pairs: {plugin: coupling/independent, source: words, target: words, draw: {fixed: 16}}
  law:   {plugin: metric/token_law, generated: pairs.x1, target: words}
)"},
    {"metric/mode_mass", R"(nodes:
  modes: {plugin: source/mixture, means: [[-1, 0], [2, 1]]}
  pairs: {plugin: coupling/independent, source: modes, target: modes, draw: {fixed: 16}}
  mass:  {plugin: metric/mode_mass, generated: pairs.x1, target: modes}
)"},
};
