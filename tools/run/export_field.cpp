// tools/run/export_field.cpp -- the field that a flow follows, as a file of its own.
#include "export_field.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include <weir/kinds/flow/field.hpp>
#include <weir/os/replace_file.hpp>

#include "torchscript.hpp"

namespace {

const weir::Tensor& tensor_at(const weir::Executor& executor, const weir::Link& link) {
  const auto* output =
      dynamic_cast<const weir::Output<weir::Tensor>*>(executor.node(link.node).output(link.output));
  if (!output) throw std::logic_error(fmt::format("'{}.{}' is no tensor", link.node, link.output));
  return output->get();
}

}  // namespace

void export_field(const weir::Executor& executor, const weir::Graph& graph, const std::string& node,
                  const std::filesystem::path& out) {
  const auto& ports = graph.node(node)->ports;
  const auto* field = dynamic_cast<const weir::Field*>(executor.node(node).port("field")->interface());
  if (!field) throw std::logic_error(fmt::format("'{}' follows no field", node));
  const weir::Tensor x = tensor_at(executor, ports.at("start").front().second);
  weir::Context context;
  if (const auto told = ports.find("context"); told != ports.end())
    for (const auto& [name, link] : told->second) context[name] = tensor_at(executor, link);
  weir::Rng rng(0, "export", x.options());
  const weir::Params params = field->init(weir::domain_of(x, context), rng);
  std::string archive;
  try {
    archive = torchscript_of(*field, params, x, context);
  } catch (const std::exception& error) {
    throw weir::InvalidInput(
        fmt::format("{}: no TorchScript archive can hold this field: {}; its parameters can be had: name a "
                    "file that ends with .safetensors",
                    out.string(), error.what()));
  }
  weir::os::replace_file(out, archive);
}
