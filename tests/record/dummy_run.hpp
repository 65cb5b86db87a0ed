// tests/record/dummy_run.hpp -- a run without nodes: a few traces and tensors whose every number is known.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <weir/record/recorder.hpp>

namespace dummy {

// A folder of its own, removed at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

template <class T>
weir::Array array(weir::DType dtype, std::vector<std::int64_t> shape, const std::vector<T>& values) {
  auto bytes = std::vector<std::byte>(values.size() * sizeof(T));
  const auto* first = reinterpret_cast<const std::byte*>(values.data());
  bytes.assign(first, first + bytes.size());
  return {dtype, std::move(shape), std::make_shared<const std::vector<std::byte>>(std::move(bytes))};
}
weir::Array scalar(double value);

// train.loss f64 [n], train.probes.bins.variance f32 [n, 5] with bin centres and edges, train.image f32 [n,
// 40, 40], train.params/net.0.weight f32 [8, 3], pairs.x0 f32 [-1, 2] and pairs.id i64 [-1], flow.end f32
// [300, 200] (chunked).
weir::RunSpec spec(std::uint64_t seed = 7);

double loss(std::int64_t step);
weir::Array bins(std::int64_t step);
weir::Array image(std::int64_t step);

// Appends steps [first, last) to the three traces.
void train(weir::Recorder& recorder, std::int64_t first, std::int64_t last);
// Writes every tensor, and the reason of an infinity.
void write_tensors(weir::Recorder& recorder);

// Throws std::runtime_error naming the first row of train.loss, bins or image that is not what train() wrote,
// a step out of order, or a checksum that is wrong. Returns the rows found in train.loss.
std::int64_t verify(const std::filesystem::path& file);

// Changes one bit of the first place in the file that holds these bytes. Throws std::runtime_error if none does.
void flip(const std::filesystem::path& file, const std::vector<std::byte>& bytes);

// Every dataset and attribute under a path as one text, by h5dump; references show as the names that they
// lead to.
bool can_list();  // h5dump is installed
std::string content(const std::filesystem::path& file, const std::string& group);

// What a checkpoint after `steps` steps keeps of the three traces, with the checksums of what was appended.
weir::KeptRows kept(std::int64_t steps);

// Runs `work` in a child process, which ends with this one, and by SIGALRM after two minutes; the exit code, or
// 128 + the signal that ended it.
pid_t start(const std::function<int()>& work);
int wait(pid_t child);

// Waits until `ready` or until the child has ended; whether it is ready.
bool await(pid_t child, const std::function<bool()>& ready);

// While it lives, this process has two minutes, then it aborts: reading what another process writes, or left
// behind, has no limit of its own in HDF5. Catch names the case.
class Limit {
 public:
  Limit();
  ~Limit();
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;
};

}  // namespace dummy
