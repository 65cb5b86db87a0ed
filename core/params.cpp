// core/params.cpp -- named parameters as a value.
#include <weir/params.hpp>

#include <stdexcept>

namespace weir {

const Tensor& Params::operator[](const std::string& name) const {
  for (const auto& [known, tensor] : tensors_) {
    if (known == name) return tensor;
  }
  std::string names;
  for (const auto& [known, tensor] : tensors_) names += (names.empty() ? "" : ", ") + known;
  throw std::out_of_range("there is no parameter '" + name + "'; there " +
                          (names.empty() ? "are none" : "are: " + names));
}

std::vector<Tensor> Params::values() const {
  std::vector<Tensor> values;
  values.reserve(tensors_.size());
  for (const auto& [name, tensor] : tensors_) values.push_back(tensor);
  return values;
}

std::int64_t Params::count() const {
  std::int64_t count = 0;
  for (const auto& [name, tensor] : tensors_) count += tensor.numel();
  return count;
}

Params Params::clone() const {
  Params copy = *this;
  copy.tape_ = nullptr;
  for (auto& [name, tensor] : copy.tensors_) tensor = tensor.detach().clone();
  return copy;
}

Params Params::requiring_grad() const {
  Params leaves = *this;
  for (auto& [name, tensor] : leaves.tensors_) tensor = tensor.detach().requires_grad_(true);
  return leaves;
}

Params Params::with(std::vector<Tensor> values) const {
  if (values.size() != tensors_.size()) {
    throw std::logic_error(std::to_string(values.size()) + " tensors given for " +
                           std::to_string(tensors_.size()) + " parameters");
  }
  Params other = *this;
  for (std::size_t i = 0; i < values.size(); ++i) other.tensors_[i].second = std::move(values[i]);
  return other;
}

Params Params::taped(Tape& tape) const {
  Params seen = *this;
  seen.tape_ = &tape;
  return seen;
}

}  // namespace weir
