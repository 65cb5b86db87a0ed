// tests/core/executor.test.cpp -- graphs of trivial nodes, of kinds that the executor has never heard of.
#include <unistd.h>
#include <catch2/catch.hpp>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <thread>

#include <weir/executor/device.hpp>
#include <weir/executor/executor.hpp>
#include <weir/record/reader.hpp>

using weir::Tensor;
namespace fs = std::filesystem;

namespace {

// kind "well": draws n numbers.
class Well final : public weir::Node {
  weir::Param<std::int64_t> n_{this, "n", 4, weir::at_least(1), "numbers to draw"};
  weir::Param<bool> dry_{this, "dry", false, "whether it gives nothing"};
  weir::Param<bool> foul_{this, "foul", false, "whether the first number is none"};
  weir::Output<Tensor> x_{this, "x", "1", "the numbers"};
  weir::Output<Tensor> first_{this, "first", "1", "the first of them; NaN where it is foul"};

 public:
  void plan(weir::Plan& plan) override {
    if (n_() > 1000) plan.fault("n", "a well holds 1000 numbers", "ask for fewer");
    if (!dry_()) x_.plan({n_()}, {"number"});
    first_.plan({}, {});
  }
  void run(weir::Run&) override {
    const Tensor x = rng().normal({n_()});
    if (foul_()) x[0] = std::nan("");
    x_.set(x);
    first_.set(x[0]);
  }
};

// kind "bucket": adds a tensor to a running sum, a row of a trace each step; can be stopped and resumed.
class Bucket final : public weir::Node {
  weir::Port<Tensor> x_{this, "x", "what is poured in"};
  weir::Param<std::int64_t> steps_{this, "steps", 50, weir::at_least(1), "pours"};
  weir::Param<std::int64_t> stop_at_{this, "stop_at", weir::absent, "step at which it throws"};
  weir::Param<bool> await_{this, "await", false,
                           "whether it waits for another bucket's pour before it throws"};
  weir::Param<bool> picky_{this, "picky", false, "whether it refuses what is poured"};
  weir::Output<Tensor> sum_{this, "sum", "1", "all that was poured"};
  weir::Trace level_{this, "level", "1", "sum after each step"};
  weir::State state_;

 public:
  static inline std::atomic<int> pours = 0;
  bool stateful() const override { return true; }
  weir::State save() const override { return state_; }
  void load(const weir::State& state) override { state_ = state; }
  void plan(weir::Plan& plan) override {
    if (picky_()) plan.fault("x", "a picky bucket takes 3 numbers");
    sum_.plan(x_.shape(), {"number"});
    level_.plan(x_.shape(), {"number"});
  }
  void run(weir::Run& run) override {
    Tensor sum = state_.empty() ? at::zeros(x_.shape(), options()) : state_.at("sum").clone();
    const std::int64_t done = state_.empty() ? 0 : state_.at("step").item<std::int64_t>();
    for (std::int64_t k = done + 1; k <= steps_(); ++k) {
      ++pours;
      sum = sum + x_() * rng().at("pour", k).uniform({});
      level_.append(k, sum);
      state_ = {{"sum", sum}, {"step", at::scalar_tensor(k, at::kLong)}};
      run.progress(k, steps_(), {});
      run.checkpoint([&] { return state_; });
      if (stop_at_.given() && k == stop_at_()) {
        for (int i = 0; await_() && pours <= k && i < 1000; ++i)
          std::this_thread::sleep_for(std::chrono::milliseconds(10));
        throw std::runtime_error("the bucket is full");
      }
      if (run.stop_requested() && k < steps_()) {
        run.checkpoint([&] { return state_; }, true);
        throw weir::Stopped();
      }
    }
    sum_.set(sum);
  }
};

std::unique_ptr<weir::Node> create(const weir::PluginSchema& schema) {
  if (schema.kind == "well") return std::make_unique<Well>();
  return std::make_unique<Bucket>();
}

weir::GraphNode node(const std::string& path, const std::string& kind,
                     nlohmann::json params = nlohmann::json::object(),
                     std::map<std::string, weir::Link> ports = {}) {
  weir::GraphNode node;
  node.path = path;
  node.plugin = kind + "/plain";
  node.schema = kind == "well" ? Well().schema() : Bucket().schema();
  node.schema.kind = kind;
  node.schema.name = "plain";
  node.params = std::move(params);
  node.place = {"wells.yaml", 3, 5, 4};
  for (const auto& [port, link] : ports) node.ports[port] = {{"", link}};
  return node;
}

weir::Graph two_buckets() {
  weir::Graph graph;
  graph.name = "wells";
  graph.seed = 11;
  graph.nodes = {node("well", "well"), node("left", "bucket", {}, {{"x", {"well", "x", {}}}}),
                 node("right", "bucket", {{"steps", 30}}, {{"x", {"well", "x", {}}}})};
  return graph;
}

class Silent : public weir::Events {
 public:
  void started(const std::string&) override {}
  void progress(const std::string&, std::int64_t step, std::int64_t,
                const std::map<std::string, double>&) override {
    if (stop && step >= 1) *stop = true;
  }
  void warning(const std::string& node, const std::string& text) override {
    warnings.push_back(node + ": " + text);
  }
  void finished(const std::string&, double, bool shared) override { shared_results += shared; }
  void failed(const std::string&, const std::string& message) override { failure = message; }
  std::string failure;
  std::vector<std::string> warnings;
  int shared_results = 0;
  std::atomic<bool>* stop = nullptr;
};

const at::TensorOptions float64 = at::TensorOptions().dtype(at::kDouble);

struct Folder {
  fs::path path = fs::temp_directory_path() / ("weir-executor-" + std::to_string(getpid()));
  Folder() { fs::remove_all(path), fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

// Of a run with checkpoints, written only where it is stopped.
weir::RunOptions stoppable(const Folder& folder, const std::atomic<bool>& stop) {
  weir::RunOptions options;
  options.checkpoints = folder.path / "checkpoints";
  options.checkpoint_seconds = 1e9;
  options.stop = &stop;
  return options;
}

weir::RunSpec spec_of(const weir::Graph& graph, const weir::Executor& executor) {
  weir::RunSpec spec;
  spec.name = graph.name;
  spec.run_id = "test";
  spec.resolved_json = nlohmann::json{{"name", graph.name}};
  spec.nodes = executor.nodes();
  spec.datasets = executor.datasets();
  return spec;
}

std::string text_of(const weir::Array& array) {
  return std::string(reinterpret_cast<const char*>(array.bytes->data()), array.bytes->size());
}

// Runs the graph onto a record and returns what stands under /nodes.
std::map<std::string, std::string> recorded(const weir::Graph& graph, const fs::path& file,
                                            weir::RunOptions options = {}) {
  weir::Executor executor(graph, create, float64);
  weir::Recorder recorder(file, weir::Recorder::Mode::create, spec_of(graph, executor));
  Silent events;
  executor.run(&recorder, events, options);
  recorder.finish("finished");
  std::map<std::string, std::string> bytes;
  const weir::Reader reader(file);
  for (const std::string path :
       {"well/x", "left/sum", "left/level/value", "left/level/step", "right/sum", "right/level/value"}) {
    bytes[path] = text_of(reader.read("/nodes/" + path));
  }
  return bytes;
}

}  // namespace

TEST_CASE("The executor runs nodes of any kind in dependency order", "[executor]") {
  const weir::Graph graph = two_buckets();
  weir::Executor executor(graph, create, float64);
  Silent events;
  executor.run(nullptr, events, {});

  const Tensor x = dynamic_cast<weir::Output<Tensor>*>(executor.node("well").output("x"))->get();
  Tensor expected = at::zeros_like(x);
  for (std::int64_t k = 1; k <= 50; ++k)
    expected = expected + x * weir::Rng(11, "left", float64).at("pour", k).uniform({});
  CHECK(at::equal(dynamic_cast<weir::Output<Tensor>*>(executor.node("left").output("sum"))->get(), expected));
}

TEST_CASE("Side by side gives the same bytes as one after another", "[executor]") {
  const Folder folder;
  CHECK(recorded(two_buckets(), folder.path / "one.h5", {.jobs = 1}) ==
        recorded(two_buckets(), folder.path / "two.h5", {.jobs = 2}));
}

TEST_CASE("An unrelated node changes no other node's numbers", "[executor]") {
  const Folder folder;
  weir::Graph more = two_buckets();
  more.nodes.insert(more.nodes.begin(), node("another", "well", {{"n", 9}}));
  CHECK(recorded(two_buckets(), folder.path / "few.h5") == recorded(more, folder.path / "more.h5"));
}

TEST_CASE("A stopped run goes on from its checkpoint to the same bytes", "[executor]") {
  const Folder folder;
  const auto whole = recorded(two_buckets(), folder.path / "whole.h5");
  const weir::Graph graph = two_buckets();
  const fs::path file = folder.path / "stopped.h5";
  std::atomic<bool> stop = false;
  const weir::RunOptions options = stoppable(folder, stop);
  {
    weir::Executor executor(graph, create, float64);
    weir::Recorder recorder(file, weir::Recorder::Mode::create, spec_of(graph, executor));
    Silent events;
    events.stop = &stop;  // Ctrl-C at the first step of the first bucket
    CHECK_THROWS_AS(executor.run(&recorder, events, options), weir::Interrupted);
    recorder.finish("interrupted");
  }
  CHECK(weir::inspect_record(file).status == "interrupted");
  stop = false;
  Bucket::pours = 0;
  weir::Executor executor(graph, create, float64);
  const auto keep = executor.resume(file, options);
  CHECK(keep.at("left.level").rows == 1);
  weir::Recorder recorder(file, weir::Recorder::Mode::resume, spec_of(graph, executor), keep);
  Silent events;
  executor.run(&recorder, events, options);
  recorder.finish("finished");

  CHECK(Bucket::pours == 49 + 30);
  const weir::Reader reader(file);
  for (const auto& [path, bytes] : whole) CHECK(text_of(reader.read("/nodes/" + path)) == bytes);
}

TEST_CASE("A checkpoint of another run, of another node or with a changed bit is refused by name",
          "[executor]") {
  const Folder folder;
  const weir::Graph graph = two_buckets();
  const fs::path file = folder.path / "stopped.h5";
  std::atomic<bool> stop = false;
  const weir::RunOptions options = stoppable(folder, stop);
  const auto stopped_run = [&](const std::string& run_id) {
    fs::remove(file);
    weir::Executor executor(graph, create, float64);
    weir::RunSpec spec = spec_of(graph, executor);
    spec.run_id = run_id;
    weir::Recorder recorder(file, weir::Recorder::Mode::create, spec);
    Silent events;
    events.stop = &stop;
    CHECK_THROWS_AS(executor.run(&recorder, events, options), weir::Interrupted);
    recorder.finish("interrupted");
    stop = false;
  };
  stopped_run("first");
  const fs::path checkpoint = options.checkpoints / "left.h5";
  REQUIRE(fs::exists(checkpoint));
  const auto error = [&] {
    weir::Executor executor(graph, create, float64);
    try {
      executor.resume(file, options);
    } catch (const weir::RecordError& refused) {
      return std::string(refused.what());
    }
    return std::string("no error");
  };
  CHECK(error() == "no error");

  const fs::path kept = folder.path / "kept.h5";
  fs::copy_file(checkpoint, kept);
  fs::remove_all(options.checkpoints);
  stopped_run("second");
  fs::copy_file(kept, checkpoint, fs::copy_options::overwrite_existing);
  CHECK(error() == checkpoint.string() +
                       ": it is not of this run: its run_id is first, this one's is second; remove it, and "
                       "its node starts over");

  stopped_run("first");
  fs::copy_file(checkpoint, options.checkpoints / "right.h5", fs::copy_options::overwrite_existing);
  CHECK(error() == (options.checkpoints / "right.h5").string() +
                       ": it is not of this run: its node is left, this one's is right; remove it, and its "
                       "node starts over");
  fs::remove(options.checkpoints / "right.h5");

  // The rows that it keeps are a few integers: any bit of them counts.
  std::fstream bytes(checkpoint, std::ios::in | std::ios::out | std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(bytes)), {});
  const auto at = all.find(text_of(weir::Reader(checkpoint).read("/rows/left.level")));
  REQUIRE(at != std::string::npos);
  bytes.seekp(static_cast<std::streamoff>(at));
  bytes.put(static_cast<char>(all[at] ^ 4));
  bytes.close();
  CHECK(error() ==
        checkpoint.string() +
            ": /rows/left.level does not match its checksum: it was damaged or changed after it was written");
}

TEST_CASE("A stopped run whose result another run has shared takes that result, each row once",
          "[executor]") {
  const Folder folder;
  weir::RunOptions options;
  options.shared = folder.path / "shared";
  options.share = {{"left", "0123"}};
  std::atomic<bool> stop = false;
  options.checkpoints = folder.path / "checkpoints";
  options.checkpoint_seconds = 1e9;
  options.stop = &stop;
  const weir::Graph graph = two_buckets();
  const fs::path file = folder.path / "stopped.h5";
  {
    weir::Executor executor(graph, create, float64);
    weir::Recorder recorder(file, weir::Recorder::Mode::create, spec_of(graph, executor));
    Silent events;
    events.stop = &stop;
    CHECK_THROWS_AS(executor.run(&recorder, events, options), weir::Interrupted);
    recorder.finish("interrupted");
  }
  stop = false;
  const bool before_resume =
      GENERATE(true, false);  // when the other run ends: before this one resumes, or just after
  weir::RunOptions others = options;
  others.checkpoints.clear();
  if (before_resume) recorded(graph, folder.path / "other.h5", others);
  weir::Executor executor(graph, create, float64);
  const auto keep = executor.resume(file, options);
  if (!before_resume) recorded(graph, folder.path / "other.h5", others);
  weir::Recorder recorder(file, weir::Recorder::Mode::resume, spec_of(graph, executor), keep);
  Silent events;
  executor.run(&recorder, events, options);
  recorder.finish("finished");

  const weir::Reader reader(file), other(folder.path / "other.h5");
  for (const char* path : {"/nodes/left/level/step", "/nodes/left/level/value", "/nodes/left/sum"}) {
    CHECK(text_of(reader.read(path)) == text_of(other.read(path)));
  }
}

TEST_CASE("A shared result is computed once and recorded everywhere", "[executor]") {
  const Folder folder;
  weir::RunOptions options;
  options.shared = folder.path / "shared";
  options.share = {{"left", "0123"}};
  Bucket::pours = 0;
  const auto first = recorded(two_buckets(), folder.path / "first.h5", options);
  CHECK(Bucket::pours == 50 + 30);
  const auto second = recorded(two_buckets(), folder.path / "second.h5", options);

  CHECK(Bucket::pours == 50 + 30 + 30);
  CHECK(first == second);
}

TEST_CASE("A node that fails is named with its plugin and place", "[executor]") {
  weir::Graph graph = two_buckets();
  graph.nodes[1].params["stop_at"] = 3;
  weir::Executor executor(graph, create, float64);
  Silent events;
  CHECK_THROWS_WITH(executor.run(nullptr, events, {}),
                    "node 'left' (bucket/plain, wells.yaml:3:5): the bucket is full");
  CHECK(events.failure == "node 'left' (bucket/plain, wells.yaml:3:5): the bucket is full");
}

TEST_CASE("What the standard library throws is named by its type, what a plugin throws is not",
          "[executor]") {
  const weir::GraphNode left = node("left", "bucket");
  const auto text = [&](const auto& error) {
    return std::string(weir::failure_of(left, std::make_exception_ptr(error)).what());
  };
  const std::string of = "node 'left' (bucket/plain, wells.yaml:3:5): ";
  CHECK(text(std::length_error("basic_string::_M_create")) ==
        of + "std::length_error: basic_string::_M_create");
  CHECK(text(std::runtime_error("full")) == of + "full");
  CHECK(text(weir::RecordError("full")) == of + "full");
}

TEST_CASE("A node whose numbers are NaN is named, unless it says when they are", "[executor]") {
  weir::Graph graph = two_buckets();
  graph.nodes[0].params["foul"] = true;
  weir::Executor executor(graph, create, float64);
  Silent events;
  executor.run(nullptr, events, {});
  CHECK(events.warnings == std::vector<std::string>{"well: 1 of the 4 numbers of well.x are NaN",
                                                    "left: 1 of the 4 numbers of left.sum are NaN",
                                                    "right: 1 of the 4 numbers of right.sum are NaN"});
}

TEST_CASE("A node that fails stops those that run beside it", "[executor]") {
  weir::Graph graph = two_buckets();
  graph.nodes[1].params["stop_at"] = 3;
  graph.nodes[1].params["await"] = true;
  graph.nodes[2].params["steps"] = 1000000;
  Bucket::pours = 0;
  weir::Executor executor(graph, create, float64);
  Silent events;
  CHECK_THROWS_AS(executor.run(nullptr, events, {.jobs = 2}), weir::NodeFailure);
  CHECK(Bucket::pours > 3);
  CHECK(Bucket::pours < 1000000);
}

TEST_CASE("A node's plan is clean whatever faults others have", "[executor]") {
  weir::Faults faults;
  weir::Plan one([](const std::string&) { return weir::Place{}; }, faults);
  one.fault("n", "wrong");
  const weir::Plan two([](const std::string&) { return weir::Place{}; }, faults);
  CHECK_FALSE(one.clean());
  CHECK(two.clean());
}

TEST_CASE("A link to an output that its node does not give as it is set is a fault", "[executor]") {
  weir::Graph graph = two_buckets();
  graph.nodes[0].params["dry"] = true;
  graph.nodes[1].places["x"] = {"wells.yaml", 9, 7, 6};
  try {
    weir::Executor executor(graph, create, float64);
    FAIL("no fault was found");
  } catch (const weir::InvalidPipeline& invalid) {
    REQUIRE(invalid.faults().size() == 2);
    CHECK(invalid.faults()[0].message ==
          "x needs well.x (the numbers), which well does not give as it is set (node 'left', bucket/plain)");
    CHECK(invalid.faults()[0].place.line == 9);
    REQUIRE(invalid.faults()[0].also.size() == 1);
    CHECK(invalid.faults()[0].also[0].place.line == 3);
  }
}

TEST_CASE("Faults of plans are gathered, and those that follow from them left out", "[executor]") {
  weir::Graph graph = two_buckets();
  graph.nodes[0].params["n"] = 5000;
  graph.nodes.push_back(node("another", "well", {{"n", 2000}}));
  try {
    weir::Executor executor(graph, create, float64);
    FAIL("no fault was found");
  } catch (const weir::InvalidPipeline& invalid) {
    REQUIRE(invalid.faults().size() == 2);
    CHECK(invalid.faults()[0].message == "a well holds 1000 numbers (node 'well', well/plain)");
    CHECK(invalid.faults()[0].remedy == "ask for fewer");
    CHECK(invalid.faults()[1].message == "a well holds 1000 numbers (node 'another', well/plain)");
  }
}

TEST_CASE("A replayed node takes its tensors from the record and its random numbers from its address",
          "[executor]") {
  const Folder folder;
  weir::Graph other = two_buckets();
  other.seed = 12;  // so that the record's numbers are not those that this graph's well would draw
  recorded(other, folder.path / "record.h5");
  const weir::Reader record(folder.path / "record.h5");

  const weir::Graph graph = two_buckets();
  weir::Executor executor(graph, create, float64);
  weir::RunSpec spec = spec_of(graph, executor);
  std::erase_if(spec.datasets, [](const weir::DatasetSpec& dataset) { return dataset.node != "left"; });
  std::erase_if(spec.nodes, [](const weir::NodeSpec& each) { return each.node != "left"; });
  weir::Recorder recorder(folder.path / "replayed.h5", weir::Recorder::Mode::create, spec);
  Silent events;
  Bucket::pours = 0;
  executor.replay("left", record, recorder, events);
  recorder.finish("finished");
  CHECK(Bucket::pours == 50);  // 'right' has not run

  const Tensor x = weir::tensor_of(record.read("/nodes/well/x"), float64);
  Tensor expected = at::zeros_like(x);
  for (std::int64_t k = 1; k <= 50; ++k)
    expected = expected + x * weir::Rng(11, "left", float64).at("pour", k).uniform({});
  const weir::Reader replayed(folder.path / "replayed.h5");
  CHECK(at::equal(weir::tensor_of(replayed.read("/nodes/left/sum"), float64), expected));
  CHECK(replayed.shape("/nodes/left/level/value") == std::vector<std::int64_t>{50, 4});
}

TEST_CASE("A fault at a port shows what the other end promises", "[executor]") {
  weir::Graph graph = two_buckets();
  graph.nodes[1].params["picky"] = true;
  graph.nodes[0].place = {"wells.yaml", 2, 3, 4};
  try {
    weir::Executor executor(graph, create, float64);
    FAIL("no fault was found");
  } catch (const weir::InvalidPipeline& invalid) {
    REQUIRE(invalid.faults().size() == 1);
    REQUIRE(invalid.faults()[0].also.size() == 1);
    CHECK(invalid.faults()[0].also[0].place.line == 2);
    CHECK(invalid.faults()[0].also[0].caption == "'well' is well/plain, whose x is float64 [4]");
  }
}

TEST_CASE("An unavailable device is refused with the remedy", "[executor]") {
  if (at::hasCUDA()) return;
  CHECK_THROWS_WITH(weir::tensor_options("cuda:1", "float32"),
                    "device 'cuda:1' is not available: no CUDA device, or a build without WEIR_CUDA; use "
                    "device: cpu or auto, or "
                    "build with the preset gpu");
  CHECK(weir::tensor_options("auto", "float64").device().is_cpu());
}

TEST_CASE("What is kept of an output follows its node's record key", "[recording]") {
  weir::DatasetSpec big;
  big.shape = {1 << 20, 64};
  CHECK(weir::kept({}, "x", big).head == (64 << 20) / 256);
  CHECK(weir::kept("all", "x", big).head == -1);
  CHECK_FALSE(weir::kept("none", "x", big).recorded);
  CHECK(weir::kept({{"x", 5}}, "x", big).head == 5);
  CHECK_FALSE(weir::kept({{"x", false}}, "x", big).recorded);
  CHECK(weir::kept({{"y", false}}, "x", big).recorded);
}
