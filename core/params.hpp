// core/params.hpp -- the parameters of whatever is trained.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <weir/tensor.hpp>

namespace weir {

class Tape;

// Named parameter tensors in a fixed order, under PyTorch's names ("net.0.weight"). A value: copying shares the tensors.
class Params {
 public:
  Params() = default;
  explicit Params(std::vector<std::pair<std::string, Tensor>> tensors) : tensors_(std::move(tensors)) {}

  const Tensor& operator[](const std::string& name) const;  // throws std::out_of_range
  const std::vector<std::pair<std::string, Tensor>>& tensors() const& { return tensors_; }
  std::vector<std::pair<std::string, Tensor>> tensors() && { return std::move(tensors_); }  // of a temporary
  std::vector<Tensor> values() const;
  bool empty() const { return tensors_.empty(); }
  std::vector<std::pair<std::string, Shape>> shapes() const;  // for TensorSet::plan
  std::int64_t count() const;                                 // scalars in all

  Params clone() const;                           // own copies, detached
  Params requiring_grad() const;                  // own leaf views that autograd tracks
  Params with(std::vector<Tensor> values) const;  // the same names, other tensors

  // Several networks in one: each has its parameters under a prefix, "encoder.net.0.weight", and is asked with a view of them.
  Params prefixed(const std::string& prefix) const;  // the same tensors, `prefix` before each name
  Params joined(
      const Params& others) const;  // these and then those; throws std::logic_error where both have a name
  // Those after this prefix, without it: a view. Taped layers that are given it write the whole names to the tape.
  Params under(const std::string& prefix) const;

  // The same tensors, seen by taped layers (core/math/autograd/layers.hpp), which then write to `tape` what per-sample statistics need.
  Params taped(Tape& tape) const;
  Tape* tape() const { return tape_; }
  // What a parameter of these is called on the tape: its name among those that were taped.
  std::string on_tape(const std::string& name) const { return above_ + name; }

 private:
  std::vector<std::pair<std::string, Tensor>> tensors_;
  Tape* tape_ = nullptr;
  std::string above_;  // prefixes of views since they were taped
};

}  // namespace weir
