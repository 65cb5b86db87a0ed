// tests/lab/standing_record.test.cpp -- when a record is resumed, replaced, kept or refused.
#include <catch2/catch.hpp>

#include "../cli/scratch_folder.hpp"
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
    action_for(state, ours, "a.h5", false);
  } catch (const CommandError& error) {
    CHECK(error.code() == io_failed);
    return error.what();
  }
  return "not refused";
}

}  // namespace

TEST_CASE("A run writes an absent file and goes on with an interrupted one of the same pipeline") {
  CHECK(action_for({}, ours, "a.h5", false) == Action::create);
  CHECK(action_for(record("interrupted"), ours, "a.h5", false) == Action::resume);
  CHECK(action_for(record("running", same_written_otherwise), ours, "a.h5", false) ==
        Action::resume);  // its writer died
}

TEST_CASE("A finished record of the same computation is kept, to be judged anew") {
  CHECK(action_for(record("finished"), ours, "a.h5", false) == Action::keep);
  CHECK(action_for(record("finished", judged_otherwise), ours, "a.h5", false) == Action::keep);
}

TEST_CASE("An interrupted record goes on although it is judged otherwise now") {
  CHECK(action_for(record("interrupted", judged_otherwise), ours, "a.h5", false) == Action::resume);
}

TEST_CASE("Anything else that exists is refused with the remedy") {
  CHECK(refusal(record("salvaged")) ==
        "a.h5 is what was salvaged of a damaged record: no run goes on with it; name another file with -o");
  CHECK(refusal(record("interrupted", other)) ==
        "a.h5 exists and is the record of another pipeline, or of other parameters or input "
        "files\n"
        "  n: 2 there, 1 here\n"
        "start over with --force, or name another place with -o");
}

TEST_CASE("Of another computation the values that differ are named, and the way to more steps") {
  const auto refused = [](const std::string& there, const std::string& here) {
    try {
      action_for(record("finished", there), nlohmann::json::parse(here), "a.h5", false);
    } catch (const CommandError& error) {
      const std::string text = error.what();
      return text.substr(text.find('\n') + 1);
    }
    return std::string("not refused");
  };
  const std::string end = "start over with --force, or name another place with -o";
  CHECK(refused(R"({"nodes": {"a": {"lr": 1, "x": [1, 2], "y": {"w": "u"}, "z": {}}}, "seed": 1})",
                R"({"nodes": {"a": {"lr": 2, "x": [1], "y": {"w": "v"}}}, "seed": 2})") ==
        "  a.lr: 1 there, 2 here\n  a.x: [1,2] there, [1] here\n  a.y.w: \"u\" there, \"v\" here\n  and 2 "
        "more\n" +
            end);
  CHECK(refused(R"({"nodes": {"a": {"record": {}}}})", R"({"nodes": {"a": {}}})") ==
        "  a.record: {} there, nothing here\n" + end);
  CHECK(refused(R"({"nodes": {"a": 1}, "files": {"/d/x.npy": "12", "/d/y.npy": "1"}})",
                R"({"nodes": {"a": 1}, "files": {"/d/x.npy": "34", "/d/z.npy": "1"}})") ==
        "  the file /d/x.npy has other contents\n" + end);
  const auto trained = [](const std::string& plugin, const std::string& more) {
    return R"({"nodes": {"train": {"plugin": ")" + plugin + R"(", )" + more + "}}}";
  };
  const std::string less = "  train.steps: 100 there, 200 here\n";
  CHECK(refused(trained("trainer/gradient", R"("steps": 100, "keep_memory": true)"),
                trained("trainer/gradient", R"("steps": 200, "keep_memory": true)")) ==
        less + end +
            "\nmore steps for this training: a run of its own, with from: {plugin: trainer/recorded, file: "
            "\"a.h5\", "
            "node: train}");
  CHECK(refused(trained("trainer/gradient", R"("steps": 100)"),
                trained("trainer/gradient", R"("steps": 200)")) ==
        less + end +
            "\na training whose record has keep_memory: true can be given more steps later, by "
            "trainer/recorded");
  CHECK(refused(trained("integrator/euler", R"("steps": 100)"),
                trained("integrator/euler", R"("steps": 200)")) == less + end);
  CHECK(refused(trained("trainer/gradient", R"("steps": 200)"),
                trained("trainer/gradient", R"("steps": 100)")) ==
        "  train.steps: 200 there, 100 here\n" + end);
}

TEST_CASE("What is no readable record is refused, with --force too") {
  RecordState stranger;
  stranger.exists = true;
  const std::string refused =
      "a.h5 exists and is not a readable record of weir, and nothing else is ever replaced; move it away, or "
      "name another place "
      "with -o";
  CHECK(refusal(stranger) == refused);
  for (const bool force : {false, true}) {
    CHECK_THROWS_WITH(action_for(stranger, ours, "a.h5", force), refused);
  }
  const ScratchFolder scratch;
  const auto empty = scratch.write("empty.h5", "");
  CHECK(action_for(stranger, ours, empty, true) == Action::replace);
  CHECK_THROWS_AS(action_for(stranger, ours, empty, false), CommandError);
}

TEST_CASE("--force replaces any record, unless it is being written") {
  CHECK(action_for(record("finished", other), ours, "a.h5", true) == Action::replace);
  RecordState busy = record("running");
  busy.locked = true;
  CHECK_THROWS_WITH(action_for(busy, ours, "a.h5", true),
                    Catch::StartsWith("a.h5 is being written by another run"));
}

TEST_CASE("A failed run goes on, and what was salvaged stays unless it is forced") {
  CHECK(action_for(record("failed"), ours, "a.h5", false) == Action::resume);
  CHECK(action_for(record("salvaged"), ours, "a.h5", true) == Action::replace);
}

TEST_CASE("No record of another computation is written over unasked") {
  for (const char* status : {"finished", "failed", "interrupted"})
    CHECK_THROWS_WITH(action_for(record(status, other), ours, "a.h5", false),
                      Catch::StartsWith("a.h5 exists and is the record of another pipeline"));
  CHECK(action_for(record("finished", other), ours, "a.h5", true) == Action::replace);
}
