// core/math/autograd/tape.cpp -- one backward pass for the mean gradient and for what per-sample gradients follow from.
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include <weir/math/autograd/layer_gradients.hpp>
#include <weir/math/autograd/tape.hpp>

namespace weir {
namespace {

// Every parameter belongs to one record, and every record to known parameters.
void check_uses(const std::vector<Tape::Record>& records, const Params& params) {
  std::map<std::string, const Tape::Record*> used;
  for (const auto& record : records) {
    if (!record.passed && !record.output.requires_grad()) {
      throw std::logic_error("layer '" + record.layer +
                             "' was taped where autograd was off; give the field params.requiring_grad()");
    }
    for (const auto& name : record.params) {
      const auto [place, first] = used.emplace(name, &record);
      if (!first) {
        throw std::logic_error("parameter '" + name + "' is on the tape twice (layers '" +
                               place->second->layer + "' and '" + record.layer +
                               "'); per-sample gradients from a tape need exactly one use of each " +
                               "parameter, for others there is gradients_by_loop");
      }
    }
  }
  for (const auto& [name, tensor] : params.tensors()) {
    if (used.erase(name) == 0) {
      throw std::logic_error("parameter '" + name +
                             "' is not on the tape: the field uses it outside the taped layers of " +
                             "weir::nn; use them, or gradients_by_loop");
    }
  }
  if (!used.empty()) {
    throw std::logic_error("the tape holds parameter '" + used.begin()->first +
                           "', which is not among those given");
  }
}

std::size_t position(const std::vector<std::string>& layers, const std::string& layer) {
  return static_cast<std::size_t>(std::find(layers.begin(), layers.end(), layer) - layers.begin());
}

}  // namespace

Groups grouped(const Tensor& of, std::int64_t groups) {
  const Tensor host = of.to(at::kCPU, at::kLong).contiguous();
  std::vector<std::vector<std::int64_t>> rows(static_cast<std::size_t>(groups));
  for (std::int64_t i = 0; i < host.size(0); ++i) {
    const std::int64_t k = host.const_data_ptr<std::int64_t>()[i];
    if (k >= groups) {
      throw std::out_of_range("row " + std::to_string(i) + " is in group " + std::to_string(k) + " of " +
                              std::to_string(groups));
    }
    if (k >= 0) rows[static_cast<std::size_t>(k)].push_back(i);
  }
  std::size_t longest = 0;
  for (const auto& group : rows) longest = std::max(longest, group.size());
  const Tensor blocks = at::zeros({groups, static_cast<std::int64_t>(longest)}, at::kLong);
  const Tensor present = at::zeros(blocks.sizes(), at::kBool);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    std::ranges::copy(rows[k], blocks.mutable_data_ptr<std::int64_t>() + k * longest);
    std::fill_n(present.mutable_data_ptr<bool>() + k * longest, rows[k].size(), true);
  }
  return {of, blocks.to(of.device()), present.to(of.device())};
}

std::string layer_of(const std::string& parameter) {
  const auto stop = parameter.rfind('.');
  return stop == std::string::npos ? "all" : parameter.substr(0, stop);
}

std::vector<std::string> layers_of(const Params& params) {
  std::vector<std::string> layers;
  for (const auto& [name, tensor] : params.tensors()) {
    const std::string layer = layer_of(name);
    if (position(layers, layer) == layers.size()) layers.push_back(layer);
  }
  return layers;
}

std::vector<Tensor> grad(const Tensor& scalar, const std::vector<Tensor>& inputs, bool retain_graph,
                         bool create_graph) {
  if (inputs.empty()) return {};
  std::vector<Tensor> grads = torch::autograd::grad({scalar}, inputs, {}, retain_graph || create_graph,
                                                    create_graph, /*allow_unused=*/true);
  for (std::size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined()) grads[i] = at::zeros_like(inputs[i]);
  }
  return grads;
}

Gradients gradients(const Tensor& losses, const Params& params, const Tape* tape) {
  std::vector<Tensor> inputs = params.values();
  if (tape) {
    check_uses(tape->records(), params);
    for (const auto& record : tape->records())
      if (!record.passed) inputs.push_back(record.output);
  }
  std::vector<Tensor> grads = grad(losses.mean(), inputs);

  Gradients result;
  const auto count = static_cast<std::ptrdiff_t>(params.tensors().size());
  result.mean.assign(grads.begin(), grads.begin() + count);
  if (!tape) return result;

  const auto mean_of = [&](const std::string& name) {
    const auto& named = params.tensors();
    const auto at =
        std::find_if(named.begin(), named.end(), [&](const auto& item) { return item.first == name; });
    return result.mean[static_cast<std::size_t>(at - named.begin())];
  };
  const std::int64_t batch = losses.size(0);
  const std::vector<std::string> layers = layers_of(params);
  result.per_sample = std::make_unique<PerSampleGradients>();
  result.per_sample->layers.resize(layers.size());
  result.per_sample->means.resize(layers.size());
  auto of_output = grads.begin() + count;
  for (const Tape::Record& record : tape->records()) {
    const Tensor d_mean = record.passed ? record.passed() : *of_output++;
    if (d_mean.size(0) != batch) {
      throw std::logic_error("layer '" + record.layer + "' took " + std::to_string(d_mean.size(0)) +
                             " rows for " + std::to_string(batch) +
                             " losses; a tape needs one row for each loss");
    }
    const std::size_t place = position(layers, record.layer);
    if (place == layers.size() || result.per_sample->layers[place].second) {
      throw std::logic_error("layer '" + record.layer +
                             "' is on the tape twice, or is not named after its parameters");
    }
    result.per_sample->layers[place] = {record.layer, record.finish(d_mean * static_cast<double>(batch))};
    for (const auto& name : record.params) result.per_sample->means[place].push_back(mean_of(name));
  }
  return result;
}

PerSampleGradients gradients_by_loop(const Tensor& losses, const Params& params) {
  const std::vector<std::string> layers = layers_of(params);
  std::vector<std::vector<Tensor>> rows(layers.size());
  for (std::int64_t i = 0; i < losses.size(0); ++i) {
    const std::vector<Tensor> grads = grad(losses[i], params.values(), /*retain_graph=*/true);
    std::vector<std::vector<Tensor>> parts(layers.size());
    for (std::size_t k = 0; k < grads.size(); ++k) {
      parts[position(layers, layer_of(params.tensors()[k].first))].push_back(grads[k].flatten());
    }
    for (std::size_t l = 0; l < layers.size(); ++l) rows[l].push_back(at::cat(parts[l]));
  }
  PerSampleGradients result;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    result.layers.emplace_back(layers[l], dense_gradients(at::stack(rows[l])));
  }
  return result;
}

}  // namespace weir
