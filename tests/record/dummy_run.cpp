// tests/record/dummy_run.cpp -- the dummy run of the record's tests.
#include "dummy_run.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/crc.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

#include <weir/record/reader.hpp>

namespace dummy {
namespace fs = std::filesystem;
using weir::Array;
using weir::DType;

Folder::Folder() {
  std::string name = (fs::temp_directory_path() / "weir-record-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Array scalar(double value) { return array<double>(DType::float64, {}, {value}); }

double loss(std::int64_t step) {
  return 1.0 / (1.0 + static_cast<double>(step)) + 1e-3 * std::sin(static_cast<double>(step));
}

Array bins(std::int64_t step) {
  std::vector<float> row;
  for (int b = 0; b < 5; ++b) row.push_back(static_cast<float>(step * 5 + b));
  return array(DType::float32, {5}, row);
}

Array image(std::int64_t step) {
  std::vector<float> row;
  for (int i = 0; i < 1600; ++i) row.push_back(static_cast<float>((step * 1600 + i) % 100003));
  return array(DType::float32, {40, 40}, row);
}

weir::RunSpec spec(std::uint64_t seed) {
  weir::RunSpec run;
  run.name = "dummy";
  run.run_id = "0190-dummy";
  run.main_trace = "train.loss";
  run.source = "name: dummy\nnote: \"\xC3\xA4 in the source\"\n";
  run.resolved = "name: dummy\n";
  run.resolved_json = {{"name", "dummy"}, {"seed", seed}};
  run.provenance = {
      {"command", "weir run dummy.yaml"}, {"host", "here"}, {"device", "cpu"}, {"git_commit", ""}};
  run.plugins = {{"trainer/gradient", "0.1.0", "libweir_trainer_gradient.so", std::string(64, 'a')}};
  run.libraries = {{"hdf5", "1.10.8", "", ""}, {"torch", "2.11.0", "", ""}};
  run.nodes = {{"train",
                "trainer/gradient",
                {{"steps", 8000},
                 {"lr", 1e-3},
                 {"ema", true},
                 {"note", ""},
                 {"betas", {0.9, 0.999}},
                 {"schedule", nullptr},
                 {"matrix", {{1, 2}, {3, 4}}},
                 {"layers", {"in", "out"}},
                 {"none", nlohmann::json::array()},
                 {"name", "caf\xC3\xA9"}}},
               {"train.probes.bins", "probe/gradient_variance", {{"bins", 5}}},
               {"pairs", "coupling/affine", nlohmann::json::object()},
               {"flow", "integrator/euler", {{"steps", 9}}}};
  const auto centres = array<double>(DType::float64, {5}, {0.1, 0.3, 0.5, 0.7, 0.9});
  const auto edges = array<double>(DType::float64, {41}, std::vector<double>(41, 0.5));
  run.datasets.push_back({.node = "train",
                          .name = "loss",
                          .trace = true,
                          .dtype = DType::float64,
                          .description = "mean loss of the batch"});
  run.datasets.push_back({.node = "train.probes.bins",
                          .name = "variance",
                          .trace = true,
                          .dtype = DType::float32,
                          .shape = {5},
                          .dims = {"bin"},
                          .description = "variance of the gradient",
                          .attributes = {{"estimator", "unbiased"}, {"ddof", "1"}},
                          .scales = {{"bin", {"time", centres}}},
                          .yaml_line = 12,
                          .rng = "7/train/probe"});
  run.datasets.push_back({.node = "train",
                          .name = "image",
                          .trace = true,
                          .dtype = DType::float32,
                          .shape = {40, 40},
                          .dims = {"row", "column"},
                          .scales = {{"column", {"column_edge", edges}}}});
  run.datasets.push_back({.node = "train",
                          .name = "params/net.0.weight",
                          .dtype = DType::float32,
                          .shape = {8, 3},
                          .dims = {"out", "in"}});
  run.datasets.push_back({.node = "pairs",
                          .name = "x0",
                          .dtype = DType::float32,
                          .shape = {-1, 2},
                          .dims = {"pair", "feature"}});
  run.datasets.push_back(
      {.node = "pairs", .name = "id", .dtype = DType::int64, .shape = {-1}, .dims = {"pair"}});
  run.datasets.push_back({.node = "flow",
                          .name = "end",
                          .dtype = DType::float32,
                          .shape = {300, 200},
                          .dims = {"sample", "feature"},
                          .unit = "m",
                          .reserved = {{"end_reason", 64}}});
  run.datasets.push_back({.node = "flow", .name = "nfe", .dtype = DType::int64});
  run.datasets.push_back({.node = "flow",
                          .name = "never",
                          .dtype = DType::float32,
                          .shape = {0, 2},
                          .dims = {"nothing", "feature"}});
  return run;
}

void train(weir::Recorder& recorder, std::int64_t first, std::int64_t last) {
  for (std::int64_t step = first; step < last; ++step) {
    recorder.append("train.loss", step, scalar(loss(step)));
    recorder.append("train.probes.bins.variance", step, bins(step));
    if (step % 10 == 0) recorder.append("train.image", step, image(step));
  }
}

void write_tensors(weir::Recorder& recorder) {
  std::vector<float> weight(24), x0(600), end(60000);
  std::vector<std::int64_t> id(300);
  for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = static_cast<float>(i) / 7;
  for (std::size_t i = 0; i < x0.size(); ++i) x0[i] = static_cast<float>(i) / 3;
  for (std::size_t i = 0; i < end.size(); ++i) end[i] = static_cast<float>(i) / 9;
  for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<std::int64_t>(i * i);
  recorder.write("train.params/net.0.weight", array(DType::float32, {8, 3}, weight));
  recorder.write("pairs.x0", array(DType::float32, {300, 2}, x0));
  recorder.write("pairs.id", array(DType::int64, {300}, id));
  recorder.write("flow.end", array(DType::float32, {300, 200}, end));
  recorder.write("flow.nfe", array<std::int64_t>(DType::int64, {}, {9}));
  recorder.attribute("flow.end", "end_reason", "singular at t = 1/2");
}

namespace {

constexpr unsigned limit_seconds = 120;

std::uint32_t crc(const std::vector<std::byte>& bytes) {  // Boost as the independent oracle
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> sum;
  sum.process_bytes(bytes.data(), bytes.size());
  return sum.checksum();
}

std::int64_t verify_trace(const weir::Reader& reader, const std::string& group, std::int64_t every,
                          const std::function<Array(std::int64_t)>& expected) {
  const bool live = reader.text("/status") == "running";
  const std::int64_t rows =
      std::min(reader.shape(group + "/value").at(0), reader.shape(group + "/step").at(0));
  const Array steps = reader.rows(group + "/step", 0, rows);
  const Array values = reader.rows(group + "/value", 0, rows);
  for (std::int64_t row = 0; row < rows; ++row) {
    if (steps.data<std::int64_t>()[row] != row * every)
      throw std::runtime_error(
          fmt::format("{}: row {} has step {}", group, row, steps.data<std::int64_t>()[row]));
    const Array wanted = expected(row * every);
    const std::size_t bytes = wanted.bytes->size();
    if (std::memcmp(values.bytes->data() + static_cast<std::size_t>(row) * bytes, wanted.bytes->data(),
                    bytes) != 0)
      throw std::runtime_error(fmt::format("{}: row {} of {} is not what was appended", group, row, rows));
  }
  const Array sums = reader.read(group + "/value_crc");
  for (std::int64_t block = 0; block < sums.count(); ++block) {
    const std::int64_t first = block * 256, count = std::min<std::int64_t>(256, rows - first);
    if (live && count < 256) continue;  // more rows have come since `rows` was read
    if (count <= 0 ||
        crc(*reader.rows(group + "/value", first, count).bytes) != sums.data<std::int64_t>()[block])
      throw std::runtime_error(fmt::format("{}: checksum {} is wrong", group, block));
  }
  if (sums.count() < rows / 256 - 1)
    throw std::runtime_error(fmt::format("{}: {} checksums for {} rows", group, sums.count(), rows));
  return rows;
}

}  // namespace

std::int64_t verify(const fs::path& file) {
  const weir::Reader reader(file);
  verify_trace(reader, "/nodes/train/probes/bins/variance", 1, bins);
  verify_trace(reader, "/nodes/train/image", 10, image);
  return verify_trace(reader, "/nodes/train/loss", 1, [](std::int64_t step) { return scalar(loss(step)); });
}

void flip(const fs::path& file, const std::vector<std::byte>& bytes) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(stream)), {});
  const auto at = all.find(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  if (at == std::string::npos) throw std::runtime_error("these bytes are not in " + file.string());
  stream.clear();
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(static_cast<char>(all[at] ^ 1));
}

weir::KeptRows kept(std::int64_t steps) {
  const auto trace = [](std::int64_t rows, std::int64_t every,
                        const std::function<Array(std::int64_t)>& expected) {
    std::vector<std::byte> value, step;
    for (std::int64_t row = rows / 256 * 256; row < rows; ++row) {
      const Array wanted = expected(row * every);
      value.insert(value.end(), wanted.bytes->begin(), wanted.bytes->end());
    }
    for (std::int64_t row = 0; row < rows; ++row) {
      const Array one = array<std::int64_t>(DType::int64, {}, {row * every});
      step.insert(step.end(), one.bytes->begin(), one.bytes->end());
    }
    return weir::Committed{rows, crc(value), crc(step)};
  };
  return {{"train.loss", trace(steps, 1, [](std::int64_t step) { return scalar(loss(step)); })},
          {"train.probes.bins.variance", trace(steps, 1, bins)},
          {"train.image", trace((steps + 9) / 10, 10, image)}};
}

bool can_list() {
  static const bool found = std::system("command -v h5dump > /dev/null 2>&1") == 0;
  return found;
}

std::string content(const fs::path& file, const std::string& group) {
  const std::string command = fmt::format("h5dump -p -g {} {} 2>&1", group, file.string());
  std::string text;
  FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 65536> buffer{};
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    text.append(buffer.data(), n);
  if (::pclose(pipe) != 0) throw std::runtime_error("h5dump failed: " + text.substr(0, 300));
  return text.substr(text.find('\n') + 1);  // its first line names the file
}

pid_t start(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGALRM, SIG_DFL);
    ::alarm(limit_seconds);
    int code = 99;
    try {
      code = work();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "child: %s\n", error.what());
    }
    ::_exit(code);
  }
  return child;
}

int wait(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool await(pid_t child, const std::function<bool()>& ready) {
  siginfo_t ended{};
  while (!ready()) {
    if (::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        ended.si_pid == child)
      return ready();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

Limit::Limit() {
  ::signal(SIGALRM, [](int) { ::abort(); });
  ::alarm(limit_seconds);
}

Limit::~Limit() { ::alarm(0); }

}  // namespace dummy
