// tools/cli/arguments/recorded_pipeline.hpp -- the pipeline of a recorded run, to be run again.
#pragma once

#include <lab/records/recorded_run.hpp>
#include <system/temporary_folder.hpp>
#include "pipeline_arguments.hpp"

namespace weir::tools {

// Writes the record's pipeline, with every default as it was then, into `folder`, points `arguments` there and reads it with
// their options. A run of a sweep becomes a pipeline of its own: without the sweep, and without what was expected of it.
Graph read_recorded(const RecordedRun& record, const TemporaryFolder& folder, PipelineArguments& arguments);

}  // namespace weir::tools
