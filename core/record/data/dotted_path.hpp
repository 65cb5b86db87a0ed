// core/record/data/dotted_path.hpp -- what a pipeline calls a thing, and where that lies in a record.
//
// "train.loss" is /nodes/train/loss. A dataset's own name may hold dots and slashes, as params/net.0.weight does: only path_of(spec)
// and a record's /schema know where that lies.
#pragma once

#include <string>

namespace weir {

inline constexpr const char* nodes_group = "/nodes";  // of a record: all that its nodes gave

std::string record_path(const std::string& dotted);  // "train.loss" -> "/nodes/train/loss"
std::string dotted_path(const std::string& path);    // its inverse; "pipeline.source" of /pipeline/source

}  // namespace weir
