// tools/lab/sampling/trained_field.hpp -- a trained field of a record: who trained it on what, and who followed it.
#pragma once

#include <string>
#include <vector>

#include <weir/front/check/graph.hpp>

#include <lab/records/recorded_run.hpp>

namespace weir::tools {

// "out.h5: why", CommandError(invalid).
[[noreturn]] void refuse(const RecordedRun& record, const std::string& why);

// What a port is bound to; the first of several, null if nothing.
const Link* end_of(const GraphNode& node, const std::string& port);

// The trainer of this name; "" is the only one. Errors: CommandError(invalid) with those that there are.
const GraphNode& trainer_of(const Graph& graph, const RecordedRun& record, const std::string& name);

// The node by which the record itself followed the field, through what it put between; null if none did.
const GraphNode* flow_of(const Graph& graph, const GraphNode& trainer);

// What the x0 (`end` is "source") or x1 ("target") of a training were drawn from: through the couplings, to the first that has one.
const Link* drawn_from(const Graph& graph, const GraphNode& trainer, const std::string& end);

// Of the data of a training what put them into units of their own (source/scaled): through parts of them, labels and the like.
const GraphNode* scaled_data(const Graph& graph, const GraphNode& trainer);

// Its parameters, field | ema: as the record's own flow had it; else the averages, if the training was long enough for them to forget
// their start.
std::string which_of(const RecordedRun& record, const GraphNode* flow, const GraphNode& trainer);

// Names of the columns that the training's data were read from, empty where its file has none (source/table).
std::vector<std::string> columns_of(const Graph& recorded, const RecordedRun& record,
                                    const std::string& trainer);

}  // namespace weir::tools
