// tests/cli/pipelines.hpp -- pipelines that take a moment.
#pragma once

#include <string>

inline const std::string small_nodes = R"(
seed: 7
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  pairs:  {plugin: coupling/affine, source: base, angle: 180 deg, shift: [5, 5], draw: {fixed: 16}}
  task:   {plugin: objective/flow_matching, coupling: pairs}
  train:  {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 8, depth: 1},
           optimiser: {plugin: adam, lr: 1.0e-3}, steps: 20, batch: 16}
  flow:   {plugin: integrator/euler, field: train.field, start: pairs.x0, steps: 2}
  recall: {plugin: metric/memorisation, generated: flow.end, pairs: pairs}
report: {recall.share: mean, train.loss: last}
)";

inline const std::string small_pipeline = "name: small" + small_nodes;

inline const std::string swept_pipeline = "name: swept" + small_nodes + R"(
sweep:
  steps: {set: flow.steps, values: [2, 3]}
  seed:  {count: 2}
expect:
  - {that: train.loss, at_least: 0}
)";
