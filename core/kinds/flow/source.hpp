// core/kinds/flow/source.hpp -- a distribution, or a finite data set, that points are drawn from.
//
// What may be known beyond its samples are facets: LogDensity, Moments, NormalLaw, MixtureLaw, Marginals,
// Measurement, PosteriorLaw (core/kinds/facets/).
//
// Laws (`weir plugin check` holds every source to them; `weir explain law/source` prints them)
//   shape          sample(n) is [n, shape()...], finite, of the run's dtype
//   seed           the same Rng address gives the same samples, another seed gives others
//   moments        where it has the facet Moments: 20000 samples of a distribution have them, within 5 standard errors
//   density        where it has LogDensity and Moments, in one or two dimensions: exp(log density) integrates to 1
//   set            samples of a finite set are items of it; size() distinct ones are the set, and more are refused
//   distribution   a source without size() leaves items() to the base class, which says that there are none
//   classes        where classes() says how many there are, every label is below that; elsewhere there are no labels
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <weir/node.hpp>

namespace weir {

class Source : public Node {
 public:
  static constexpr const char* kind = "source";
  ~Source() override;

  // Shape of one item, {dim} or {channel, height, width}. Known after plan.
  virtual Shape shape() const = 0;

  // n items [n, shape...], independent; from a finite set with replacement.
  virtual Tensor sample(std::int64_t n, Rng& rng) const = 0;

  // Number of items of a finite set, nothing for a distribution. Known after plan.
  virtual std::optional<std::int64_t> size() const { return std::nullopt; }

  // The items at `index` int64 [n] of a finite set, [n, shape...]. Errors: std::logic_error for a distribution.
  virtual Tensor items(const Tensor& index) const;

  // n items that are distinct in a finite set (its first n in a random order of the whole set); n independent draws of a
  // distribution. Errors: std::invalid_argument if n exceeds the set.
  Tensor distinct(std::int64_t n, Rng& rng) const;

  // The class of each item of a finite set, int64 [size]; undefined where there are none.
  virtual Tensor labels() const { return {}; }

  // Number of classes that points have labels of; nothing where they have none. Known after plan.
  virtual std::optional<std::int64_t> classes() const { return std::nullopt; }

  // n points as sample() gives them, with the class of each, int64 [n], where the points of a distribution have classes.
  struct Drawn {
    Tensor x, label;
  };
  virtual Drawn draw(std::int64_t n, Rng& rng) const { return {sample(n, rng), {}}; }

  // Where a finite set was read from, to be set in `run` beside the reading. Of a file the SHA-256 of its bytes, which
  // file_sha256 of <weir/front/plugins/digest.hpp> gives plugins too; of a folder that of what `sha256sum` prints for the files
  // read, in their order.
  struct Origin {
    std::string file, dataset, sha256;  // dataset: of an HDF5 file, else empty
  };
  virtual std::optional<Origin> origin() const { return std::nullopt; }
};

// Names for the dimensions of items in a row: {first, "dim"}, {first, "channel", "height", "width"}, ...
std::vector<std::string> dims_of(const std::string& first, const Shape& item);

}  // namespace weir
