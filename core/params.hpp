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
  std::int64_t count() const;  // scalars in all

  Params clone() const;                           // own copies, detached
  Params requiring_grad() const;                  // own leaf views that autograd tracks
  Params with(std::vector<Tensor> values) const;  // the same names, other tensors

  // The same tensors, seen by taped layers (core/math/autograd/layers.hpp), which then write to `tape` what per-sample statistics need.
  Params taped(Tape& tape) const;
  Tape* tape() const { return tape_; }

 private:
  std::vector<std::pair<std::string, Tensor>> tensors_;
  Tape* tape_ = nullptr;
};

}  // namespace weir
