// core/executor/device.hpp -- the device and dtype of a graph.
#pragma once

#include <stdexcept>
#include <string>

#include <weir/tensor.hpp>

namespace weir {

class DeviceUnavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// cpu | cuda | cuda:N | auto (CUDA where there is one) and float32 | float64. Throws DeviceUnavailable with the remedy.
at::TensorOptions tensor_options(const std::string& device, const std::string& dtype);

}  // namespace weir
