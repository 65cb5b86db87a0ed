// core/kinds/flow/time.hpp -- the law of t in (0, 1) under which an objective is averaged.
//
// Samples may round to 0 and, in float32, to 1; `density` is asked at any t of [0, 1], ends included. Where t is one number, atom(), there
// is no density: whoever averages over t asks for that first.
//
// Laws (`weir plugin check` holds every law of t to them; `weir explain law/time` prints them)
//   density   density(t) has the shape of t, is nowhere negative, and integrates to 1 over (0, 1)
//   range     sample(n) is [n], in [0, 1], where the density is positive; in ascending order if sorted() says so
//   samples   samples follow the density, or are the atom, which lies in [0, 1]
//   seed      the same Rng address gives the same times, another seed gives others unless there is an atom
//   float32   at float32 times the density is that of float64, to float32's accuracy
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include <weir/node.hpp>

namespace weir {

class Time : public Node {
 public:
  static constexpr const char* kind = "time";
  ~Time() override;

  virtual Tensor sample(std::int64_t n, Rng& rng) const = 0;  // [n]
  virtual Tensor density(const Tensor& t) const = 0;          // of one t, [N]; integrates to 1 over (0, 1)
  virtual std::pair<double, double> support() const { return {0, 1}; }  // the density is zero outside
  virtual bool sorted() const { return false; }                         // samples come in ascending order
  // The t of every sample, where there is no other.
  virtual std::optional<double> atom() const { return std::nullopt; }
};

}  // namespace weir
