// tools/check/bench/broken.hpp -- what a check ends with when it does not hold, or cannot be made.
#pragma once

#include <ATen/ATen.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace weir::conformance {

// A rule that a plugin breaks.
class Broken : public std::runtime_error {
 public:
  Broken(const std::string& expected_, const std::string& found_, const std::string& remedy_)
      : std::runtime_error("expected: " + expected_ + "; found: " + found_ + "; " + remedy_),
        expected(expected_),
        found(found_),
        remedy(remedy_) {}
  std::string expected, found;  // the rule, and the values that break it
  std::string remedy;           // what the plugin's author should do
};

// A check that cannot be made; the text says why, and what would enable it.
class Skipped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

void require(bool kept, const std::string& expected, const std::string& found, const std::string& remedy);

// That two tensors agree: |a - b| <= relative |b| + absolute, and in shape.
void require_close(const at::Tensor& a, const at::Tensor& b, double relative, double absolute,
                   const std::string& expected, const std::string& remedy);

// That they have the same bytes, NaN included.
void require_same(const at::Tensor& a, const at::Tensor& b, const std::string& expected,
                  const std::string& remedy);

bool same_bytes(const at::Tensor& a, const at::Tensor& b);

std::string text_of(at::IntArrayRef shape);  // "[16, 2]"
std::string text_of(at::ScalarType dtype);   // "float32"

// A number as two tensors that may have float32's round-off apart: 10 units in the last place of the largest value.
inline constexpr double float32_round_off = 1e-5;

}  // namespace weir::conformance
