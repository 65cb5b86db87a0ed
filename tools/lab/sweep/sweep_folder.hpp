// tools/lab/sweep/sweep_folder.hpp -- the folder of a sweep: whose it is, and what in it is ours.
//
//   <name>/weir-sweep.json   which pipeline the folder belongs to, and the runs that it has had
//   <name>/runs/<run>.h5     <name>/shared/<key>.h5     <name>/table.csv     <name>/index.h5     <name>/summary.json
//   <name>/frozen/<run>.json  while it runs: the graphs of the runs, as they were checked
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace weir::tools {

class SweepFolder {
 public:
  // Takes the folder for a sweep of the pipeline with this resolved JSON (of its base values), creating it if
  // need be, and locks it against another weir; nothing that was there is changed yet. Throws CommandError: invalid
  // if `folder` is a file; io_failed if it is in use, if one of the tables' names is a file of somebody else, or if
  // the folder holds something else and `force` is not given. Of another sweep require_own() judges.
  SweepFolder(std::filesystem::path folder, const nlohmann::json& resolved,
              const std::vector<std::string>& runs, bool force);
  ~SweepFolder();  // unlocks; removes frozen graphs, and a folder that was made here and stayed empty

  // Throws CommandError(io_failed) if the folder belongs to a sweep of other parameters, without `force`, unless all work in it lives on:
  // `kept`, runs of this sweep, are all whose records stand there.
  void require_own(const std::set<std::string>& kept) const;

  // Writes the plan. With `force`, what weir wrote there before is removed first, and nothing else.
  void start();

  // What start() and the runs write or remove.
  std::vector<std::filesystem::path> written() const;

  SweepFolder(const SweepFolder&) = delete;
  SweepFolder& operator=(const SweepFolder&) = delete;

  const std::filesystem::path& path() const { return folder_; }
  std::filesystem::path record(const std::string& run) const { return folder_ / "runs" / (run + ".h5"); }
  std::filesystem::path frozen(const std::string& run) const { return folder_ / "frozen" / (run + ".json"); }
  std::filesystem::path shared() const { return folder_ / "shared"; }
  std::set<std::string> shared_keys() const;  // of the results that lie in shared/

 private:
  void remove_ours() const;
  void lock();

  std::filesystem::path folder_;
  nlohmann::json pipeline_;
  std::vector<std::string> runs_;  // of this sweep and, after those, of earlier ones
  std::string another_;            // why the folder is another sweep's, "" if it is not
  bool force_ = false;
  bool made_ = false;
  int lock_ = -1;
};

}  // namespace weir::tools
