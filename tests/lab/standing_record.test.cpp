// tests/lab/standing_record.test.cpp -- when a record is resumed, replaced, kept or refused.
#include <catch2/catch.hpp>

#include "lab/records/standing_record.hpp"
#include "system/exit.hpp"

using namespace weir;
using namespace weir::tools;

namespace {

const nlohmann::json ours = {{"name", "a"}, {"nodes", {{"n", 1}}}};
const std::string same_written_otherwise = R"({"nodes":{"n":1.0},"name":"a"})";
const std::string other = R"({"name": "a", "nodes": {"n": 2}})";
const std::string judged_otherwise =
    R"({"name": "a", "nodes": {"n": 1}, "report": {"n.x": "mean"}, "expect": [1], "compare": [2]})";

RecordState record(const std::string& status, const std::string& resolved = ours.dump()) {
  RecordState state;
  state.exists = state.is_record = true;
  state.status = status;
  state.resolved_json = resolved;
  return state;
}

std::string refusal(const RecordState& state) {
  try {
    for_single(state, ours, "a.h5", false);
  } catch (const CommandError& error) {
    CHECK(error.code() == io_failed);
    return error.what();
  }
  return "not refused";
}

}  // namespace

TEST_CASE("A run writes an absent file and goes on with an interrupted one of the same pipeline") {
  CHECK(for_single({}, ours, "a.h5", false) == Action::create);
  CHECK(for_single(record("interrupted"), ours, "a.h5", false) == Action::resume);
  CHECK(for_single(record("running", same_written_otherwise), ours, "a.h5", false) ==
        Action::resume);  // its writer died
}

TEST_CASE("A finished record of the same computation is kept, to be judged anew") {
  CHECK(for_single(record("finished"), ours, "a.h5", false) == Action::keep);
  CHECK(for_single(record("finished", judged_otherwise), ours, "a.h5", false) == Action::keep);
  CHECK(for_sweep(record("finished", judged_otherwise), ours, "a.h5", false) == Action::keep);
}

TEST_CASE("An interrupted record goes on although it is judged otherwise now") {
  CHECK(for_single(record("interrupted", judged_otherwise), ours, "a.h5", false) == Action::resume);
  CHECK(for_sweep(record("interrupted", judged_otherwise), ours, "a.h5", false) == Action::resume);
}

TEST_CASE("Anything else that exists is refused with the remedy") {
  CHECK(refusal(record("salvaged")) ==
        "a.h5 is what was salvaged of a damaged record: no run goes on with it; name another file with -o");
  CHECK(refusal(record("interrupted", other)) ==
        "a.h5 exists and is the record of another pipeline, or of other parameters or input "
        "files\n"
        "start over with --force, or name another file with -o");
  RecordState stranger;
  stranger.exists = true;
  CHECK(refusal(stranger).starts_with("a.h5 exists and is not a readable record of weir"));
}

TEST_CASE("--force replaces whatever is there, unless it is being written") {
  CHECK(for_single(record("finished", other), ours, "a.h5", true) == Action::replace);
  RecordState busy = record("running");
  busy.locked = true;
  CHECK_THROWS_WITH(for_single(busy, ours, "a.h5", true),
                    Catch::StartsWith("a.h5 is being written by another run"));
  CHECK_THROWS_AS(for_sweep(busy, ours, "a.h5", true), CommandError);
}

TEST_CASE("A sweep keeps what is finished, resumes what was interrupted, and makes the rest again") {
  CHECK(for_sweep({}, ours, "a.h5", false) == Action::create);
  CHECK(for_sweep(record("finished"), ours, "a.h5", false) == Action::keep);
  CHECK(for_sweep(record("interrupted"), ours, "a.h5", false) == Action::resume);
  CHECK(for_sweep(record("failed"), ours, "a.h5", false) == Action::resume);
  CHECK(for_single(record("failed"), ours, "a.h5", false) == Action::resume);
  CHECK_THROWS_AS(for_sweep(record("salvaged"), ours, "a.h5", false), CommandError);
  CHECK(for_sweep(record("finished", other), ours, "a.h5", false) == Action::replace);
  CHECK(for_sweep(record("finished"), ours, "a.h5", true) == Action::replace);
}
