// core/math/autograd/tape.hpp -- what taped layers leave behind, and the per-sample gradients that follow from it.
//
// A layer y = W a + b (or its like) used on a batch writes its input a and its output y to the Tape. After
// delta_i = d l_i / d y_i is known, the gradient of sample i's own loss with respect to (W, b) is (delta_i a_i^T, delta_i):
// an outer product that need not be formed to know its norm (Goodfellow, arXiv 1510.01799).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <weir/params.hpp>

namespace weir {

// Rows in groups, each group's rows in a block of its own: what sums over groups are taken from, shared by all layers.
struct Groups {
  Tensor of;       // int64 [B], values 0..K-1; -1 for a row in no group
  Tensor blocks;   // int64 [K, m], the rows of each group in their order; m is the size of the largest
  Tensor present;  // bool [K, m], false where a block is longer than its group
};
// Errors: std::out_of_range for a value of `of` (int64 [B]) that is not below `groups`.
Groups grouped(const Tensor& of, std::int64_t groups);

// Per-sample gradients of one layer, g_i in R^P, i = 1..B. Everything is float64 or the graph's dtype, detached.
class LayerGradients {
 public:
  virtual ~LayerGradients() = default;
  virtual std::int64_t batch() const = 0;
  // ||g_i||^2, [B] float64.
  virtual Tensor norms() const = 0;
  // ||g_i - mean g||^2, [B] float64, in a form that does not cancel when the spread is small beside the mean.
  virtual Tensor centred_norms() const = 0;
  // <g_i, h>, [B] float64, for h with one tensor for each parameter of the layer, in their order and of their shapes.
  virtual Tensor dots(const std::vector<Tensor>& h) const = 0;
  // ||sum over i in group k of g_i||^2, [K] float64.
  virtual Tensor group_norms(const Groups& groups) const = 0;
  // The gradients themselves, [B, P], P over the layer's parameters one after another (weight, bias). For tests and loops.
  virtual Tensor dense() const = 0;
  // The same layer's gradients of the samples at `index`, int64 [n].
  virtual std::unique_ptr<LayerGradients> rows(const Tensor& index) const = 0;
};

// Per-sample gradients of all layers, and their names ("net.0"), in the order of layers_of.
struct PerSampleGradients {
  std::vector<std::pair<std::string, std::unique_ptr<LayerGradients>>> layers;
  // The mean of each layer's gradients over the batch, one tensor for each parameter, where backward gave it; else empty.
  std::vector<std::vector<Tensor>> means;
};

// The layer that a parameter belongs to: its name up to the last full stop, "all" for a name without one.
std::string layer_of(const std::string& parameter);
// The layers of these parameters, in the order of their first parameters.
std::vector<std::string> layers_of(const Params& params);

class Tape {
 public:
  // Written by taped layers: `output` is the tensor whose gradient is wanted; `finish` makes the layer's gradients from
  // delta [B, ...] = B * d(mean loss)/d output. `params` names what the layer used, once each; `layer` is their layer_of.
  // A layer within a function of autograd has no output to ask: `passed` gives d(mean loss)/d output after the backward pass.
  struct Record {
    std::string layer;
    std::vector<std::string> params;
    Tensor output;
    std::function<std::unique_ptr<LayerGradients>(const Tensor& delta)> finish;
    std::function<Tensor()> passed = nullptr;
  };
  void record(Record record) { records_.push_back(std::move(record)); }
  const std::vector<Record>& records() const { return records_; }
  void clear() { records_.clear(); }

 private:
  std::vector<Record> records_;
};

// Mean loss gradients of `losses` [B] with respect to the parameters, and per-sample gradients if `tape` is not null.
// Each row of what a layer takes must be a row of `losses`, and `params` must be those that the losses were computed from,
// with requiring_grad(). A parameter that the losses do not reach has gradient zero. The graph is freed.
// Errors: std::logic_error if the tape misses a parameter, holds one twice or another number of rows, or was written
// where autograd was off.
struct Gradients {
  std::vector<Tensor> mean;  // one per parameter
  std::unique_ptr<PerSampleGradients> per_sample;
};
Gradients gradients(const Tensor& losses, const Params& params, const Tape* tape);

// The same by one backward pass per sample: the oracle, and the way for fields that are not taped. Keeps the graph.
PerSampleGradients gradients_by_loop(const Tensor& losses, const Params& params);

// d scalar / d input for each input, zeros where it does not depend on one; the one door to torch's autograd for plugins.
//
// With `create_graph` the gradients are themselves differentiable, and the graph is kept: a penalty on the gradient of a network with
// respect to its input is a loss whose gradient with respect to the parameters a second call gives.
std::vector<Tensor> grad(const Tensor& scalar, const std::vector<Tensor>& inputs, bool retain_graph = false,
                         bool create_graph = false);

}  // namespace weir
