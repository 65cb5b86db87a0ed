// core/executor/device.cpp -- which devices there are.
#include <weir/executor/device.hpp>

#include <ATen/ATen.h>
#include <fmt/format.h>

namespace weir {

at::TensorOptions tensor_options(const std::string& device, const std::string& dtype) {
  const auto type = dtype == "float64" ? at::kDouble : at::kFloat;
  if (device == "cpu" || (device == "auto" && !at::hasCUDA()))
    return at::TensorOptions().dtype(type).device(at::kCPU);
  if (!at::hasCUDA()) {
    throw DeviceUnavailable(
        fmt::format("device '{}' is not available: no CUDA device, or a build without WEIR_CUDA; use device: "
                    "cpu or auto, or build with the preset gpu",
                    device));
  }
  const auto devices =
      static_cast<int>(at::globalContext().getAcceleratorHooksInterface(at::kCUDA).deviceCount());
  const c10::Device wanted(device == "auto" ? "cuda:0" : device == "cuda" ? "cuda:0" : device);
  if (wanted.index() >= devices) {
    throw DeviceUnavailable(fmt::format("device '{}' is not available: this machine has {} CUDA device{}",
                                        device, devices, devices == 1 ? "" : "s"));
  }
  return at::TensorOptions().dtype(type).device(wanted);
}

}  // namespace weir
