// core/executor/carried.cpp -- what stood in the checkpoints of a record that another one replaces.
#include <weir/executor/executor.hpp>

#include <utility>

#include <weir/front/document/document.hpp>
#include <weir/record/reader.hpp>

namespace weir {

Executor::Carried Executor::carry(const std::filesystem::path& record, const std::vector<std::string>& nodes,
                                  const RunOptions& options) const {
  const Reader reader(record);
  const std::string run_id = reader.attribute("/", "run_id");
  Carried carried;
  for (const std::string& path : nodes) {
    auto checkpoint = read_checkpoint(options.checkpoints, run_id, path, options_);
    if (!checkpoint)
      throw RecordError(record.string() + ": the checkpoint of node '" + path +
                        "' is gone; give the same command again");
    CarriedNode node{std::move(checkpoint->state), {}};
    for (const auto& [trace, rows] : checkpoint->rows) {
      const std::string group = record_path(trace);
      node.rows[trace + "/step"] = reader.rows(group + "/step", 0, rows.rows);
      node.rows[trace + "/value"] = reader.rows(group + "/value", 0, rows.rows);
    }
    carried.emplace(path, std::move(node));
  }
  return carried;
}

void Executor::put_down(const Carried& carried, Recorder& recorder, const RunOptions& options) {
  sink_.attach(&recorder);
  for (const auto& [path, node] : carried) {
    sink_.replay(node.rows);
    if (!options.share.contains(path)) continue;
    for (const auto& [name, steps] : node.rows)
      if (const std::string trace = name.substr(0, name.rfind('/')); name.ends_with("/step"))
        sink_.recall(trace, steps, node.rows.at(trace + "/value"));
  }
  recorder.commit();
  for (const auto& [path, node] : carried) {
    Checkpoint checkpoint{node.state, {}};
    for (const auto& [name, rows] : node.rows)
      if (const std::string trace = name.substr(0, name.rfind('/')); name.ends_with("/step"))
        checkpoint.rows[trace] = recorder.committed(trace);
    write_checkpoint(options.checkpoints, recorder.run_id(), path, checkpoint);
    resumed_[path] = std::move(checkpoint);
  }
  sink_.attach(nullptr);
}

}  // namespace weir
