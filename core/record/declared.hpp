// core/record/declared.hpp -- a dataset as /schema declares it, and as it lies in the file.
#pragma once

#include <nlohmann/json.hpp>

#include <weir/record/data/run_spec.hpp>
#include <weir/record/hdf5/hdf5.hpp>

namespace weir {

// Of one entry of read_schema's datasets: node, name, type, shape, and whether it is a trace. Errors: RecordError for a type that Weir
// does not write, or a size that is none.
DatasetSpec declared_spec(const nlohmann::json& declared);

// Throws RecordError if the dataset is not there or has another type or shape; of a trace its values, steps and checksums.
void require_as_declared(const hdf5::File& file, const DatasetSpec& spec);

}  // namespace weir
