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

std::vector<std::pair<std::string, Shape>> Params::shapes() const {
  std::vector<std::pair<std::string, Shape>> shapes;
  shapes.reserve(tensors_.size());
  for (const auto& [name, tensor] : tensors_) shapes.emplace_back(name, tensor.sizes().vec());
  return shapes;
}

std::int64_t Params::count() const {
  std::int64_t count = 0;
  for (const auto& [name, tensor] : tensors_) count += tensor.numel();
  return count;
}

Params Params::clone() const {
  Params copy = *this;
  copy.tape_ = nullptr;
  copy.above_.clear();
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

Params Params::prefixed(const std::string& prefix) const {
  std::vector<std::pair<std::string, Tensor>> named;
  for (const auto& [name, tensor] : tensors_) named.emplace_back(prefix + name, tensor);
  return Params(std::move(named));
}

Params Params::joined(const Params& others) const {
  std::vector<std::pair<std::string, Tensor>> all = tensors_;
  for (const auto& [name, tensor] : others.tensors_) {
    for (const auto& [known, mine] : tensors_) {
      if (known == name)
        throw std::logic_error("two networks that are trained together have a parameter '" + name +
                               "'; give each a prefix of its own (Params::prefixed)");
    }
    all.emplace_back(name, tensor);
  }
  return Params(std::move(all));
}

Params Params::under(const std::string& prefix) const {
  Params view;
  for (const auto& [name, tensor] : tensors_)
    if (name.starts_with(prefix)) view.tensors_.emplace_back(name.substr(prefix.size()), tensor);
  view.tape_ = tape_;
  view.above_ = above_ + prefix;
  return view;
}

Params Params::taped(Tape& tape) const {
  Params seen = *this;
  seen.tape_ = &tape;
  seen.above_.clear();
  return seen;
}

}  // namespace weir
