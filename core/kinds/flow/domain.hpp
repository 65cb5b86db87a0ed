// core/kinds/flow/domain.hpp -- what a model is asked at: items of a shape, and what it is told beside them.
//
// A shape alone is a domain without context.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>

#include <weir/tensor.hpp>

namespace weir {

// What a model is told beside x and t, each [B, ...], by name. "label" is a class, int64 [B]; other names are free. What is left out of
// a row, where Domain::left_out, is -1 of a label and 0 of anything else.
using Context = std::map<std::string, Tensor>;

class Interpolant;

struct Domain {
  struct Entry {
    Shape shape;  // of one row; {} for a label
    std::int64_t classes =
        0;  // of a label, which is 0 .. classes - 1; 0: no label, or it is not known how many there are
  };

  Domain(Shape items) : item(std::move(items)) {}
  Domain(std::initializer_list<std::int64_t> items) : item(items) {}
  Domain(Shape items, std::map<std::string, Entry> entries)
      : item(std::move(items)), context(std::move(entries)) {}

  Shape item;
  std::map<std::string, Entry> context;
  bool left_out = false;  // the model is also asked, or was trained, with rows whose context is left out
  // On whose points an objective asks it; null where it is followed, and for one that was trained already.
  const Interpolant* path = nullptr;
};

// The context of as many rows, all of it left out.
Context left_out(const Context& context);

}  // namespace weir
