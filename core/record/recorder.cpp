// core/record/recorder.cpp -- callers on one side, the writer thread on the other.
#include <weir/record/recorder.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <thread>

#include <weir/record/write/layout.hpp>
#include <weir/record/write/lock_file.hpp>
#include <weir/record/write/queue.hpp>
#include <weir/record/write/writer.hpp>

namespace weir {
namespace {

constexpr std::size_t queue_bytes = 64u << 20;
constexpr auto flush_period = std::chrono::seconds(2);  // live readers see rows this late

void require_folder(const std::filesystem::path& file) {
  const auto folder = file.parent_path();
  std::error_code ignored;
  if (!folder.empty() && !std::filesystem::is_directory(folder, ignored))
    throw RecordError(
        fmt::format("{}: cannot create it: there is no folder {}", file.string(), folder.string()));
}

}  // namespace

class Recorder::Impl {
 public:
  Impl(std::filesystem::path path, Mode mode, RunSpec run, const KeptRows& kept)
      : file_((require_folder(path), std::move(path))),
        run_(std::move(run)),
        lock_(std::make_unique<record::LockFile>(file_)),
        writer_(file_, mode, run_, kept),
        queue_(queue_bytes),
        committed_(writer_.committed()) {
    for (std::size_t i = 0; i < run_.datasets.size(); ++i) {
      const std::string key = key_of(run_.datasets[i]);
      index_[key] = i;
      rows_.push_back(committed_[i].rows);
    }
    // Signals are for the caller's threads.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { loop(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  ~Impl() {
    if (!thread_.joinable()) return;
    queue_.push({.kind = record::Task::Kind::finish,
                 .name = "failed",
                 .text = "the run ended without saying how",
                 .exit = 3});
    thread_.join();
  }

  void append(const std::string& path, std::int64_t step, Array row) {
    const std::size_t i = find(path, true);
    const auto& spec = run_.datasets[i];
    require_value(path, "row", row, spec);
    {
      const std::lock_guard lock(mutex_);
      if (closed_.contains(spec.node))
        throw RecordError(fmt::format("{}: cannot append to {}: its node is closed", file_.string(), path));
      ++rows_[i];
    }
    push({.kind = record::Task::Kind::append, .dataset = i, .step = step, .value = std::move(row)});
  }

  void write(const std::string& path, Array value) {
    const std::size_t i = find(path, false);
    require_value(path, "value", value, run_.datasets[i]);
    {
      const std::lock_guard lock(mutex_);
      if (!written_.insert(i).second)
        throw RecordError(fmt::format("{}: cannot write {} a second time in one run", file_.string(), path));
    }
    push({.kind = record::Task::Kind::write, .dataset = i, .value = std::move(value)});
  }

  void attribute(const std::string& path, const std::string& name, const std::string& value) {
    const auto found = index_.find(path);
    if (found == index_.end() || !run_.datasets[found->second].reserved.contains(name))
      unknown(path + "@" + name);
    push({.kind = record::Task::Kind::attribute, .dataset = found->second, .name = name, .text = value});
  }

  void close_node(const std::string& node) {
    {
      const std::lock_guard lock(mutex_);
      if (!closed_.insert(node).second) return;
    }
    push({.kind = record::Task::Kind::close_node, .name = node});
  }

  void warn(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    push({.kind = record::Task::Kind::warn, .text = std::move(text)});
  }

  void commit() {
    std::uint64_t ticket = 0;
    {
      const std::lock_guard lock(mutex_);
      ticket = ++tickets_;
    }
    push({.kind = record::Task::Kind::commit, .ticket = ticket});
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return stopped_ || reached_.contains(ticket); });
    if (reached_.erase(ticket) == 0) throw RecordError(failure_);
  }

  void finish(const std::string& status, const std::string& message, std::optional<int> exit) {
    if (status != "finished" && status != "failed" && status != "interrupted")
      throw RecordError(
          fmt::format("{}: a run ends finished, failed or interrupted, not '{}'", file_.string(), status));
    const int by_status = status == "finished" ? 0 : status == "interrupted" ? 75 : 3;
    push({.kind = record::Task::Kind::finish,
          .name = status,
          .text = message,
          .exit = exit.value_or(by_status)});
    thread_.join();
    lock_.reset();
    const std::lock_guard lock(mutex_);
    if (!finished_) throw RecordError(failure_);
  }

  std::int64_t rows(const std::string& path) const {
    const std::size_t i = find(path, true);
    const std::lock_guard lock(mutex_);
    return rows_[i];
  }

  Committed committed(const std::string& path) const {
    const std::size_t i = find(path, true);
    const std::lock_guard lock(mutex_);
    return committed_[i];
  }

  const std::filesystem::path& file() const { return file_; }
  const std::string& run_id() const { return writer_.run_id(); }

 private:
  [[noreturn]] void unknown(const std::string& path) const {
    throw RecordError(fmt::format("{}: {} was not declared before the run started", file_.string(), path));
  }

  std::size_t find(const std::string& path, bool trace) const {
    const auto found = index_.find(path);
    if (found == index_.end()) unknown(path);
    if (run_.datasets[found->second].trace != trace)
      throw RecordError(fmt::format("{}: {} is a {}: use {}", file_.string(), path,
                                    trace ? "tensor" : "trace", trace ? "write" : "append"));
    return found->second;
  }

  void require_value(const std::string& path, const char* what, const Array& value,
                     const DatasetSpec& spec) const {
    bool same = value.shape.size() == spec.shape.size();
    for (std::size_t axis = 0; same && axis < spec.shape.size(); ++axis)
      same = spec.shape[axis] < 0 || spec.shape[axis] == value.shape[axis];
    if (!same || value.dtype != spec.dtype)
      throw RecordError(fmt::format("{}: a {} of {} is {} [{}], declared is {} [{}]", file_.string(), what,
                                    path, name_of(value.dtype), fmt::join(value.shape, ", "),
                                    name_of(spec.dtype), fmt::join(spec.shape, ", ")));
    const std::size_t bytes = static_cast<std::size_t>(value.count()) * size_of(value.dtype);
    if (bytes > 0 && (!value.bytes || value.bytes->size() < bytes))
      throw RecordError(
          fmt::format("{}: a {} of {} has fewer bytes than its shape needs", file_.string(), what, path));
  }

  void push(record::Task task) {
    if (queue_.push(std::move(task))) return;
    const std::lock_guard lock(mutex_);
    throw RecordError(failure_.empty() ? fmt::format("{}: the record is closed", file_.string()) : failure_);
  }

  void loop() {
    try {
      auto next_flush = std::chrono::steady_clock::now() + flush_period;
      for (bool open = true; open;) {
        for (const record::Task& task : queue_.take(next_flush))
          if (!(open = perform(task))) break;
        if (open && std::chrono::steady_clock::now() >= next_flush) {
          writer_.flush();
          next_flush = std::chrono::steady_clock::now() + flush_period;
        }
      }
    } catch (const std::exception& error) {
      stop(error.what());
      writer_.abandon(error.what());
      return;
    }
    stop("");
  }

  bool perform(const record::Task& task) {
    switch (task.kind) {
      case record::Task::Kind::append:
        writer_.append(task.dataset, task.step, task.value);
        break;
      case record::Task::Kind::write:
        writer_.write(task.dataset, task.value);
        break;
      case record::Task::Kind::attribute:
        writer_.attribute(task.dataset, task.name, task.text);
        break;
      case record::Task::Kind::close_node:
        writer_.close_node(task.name);
        break;
      case record::Task::Kind::warn:
        writer_.warn(task.text);
        break;
      case record::Task::Kind::commit: {
        writer_.flush();
        const std::lock_guard lock(mutex_);
        committed_ = writer_.committed();
        reached_.insert(task.ticket);
        done_.notify_all();
        break;
      }
      case record::Task::Kind::finish: {
        writer_.finish(task.name, task.text, task.exit);
        const std::lock_guard lock(mutex_);
        finished_ = true;
        return false;
      }
    }
    return true;
  }

  // Later calls throw `cause`; those that wait are woken.
  void stop(const std::string& cause) {
    const std::lock_guard lock(mutex_);
    failure_ = cause;
    stopped_ = true;
    queue_.shut();
    done_.notify_all();
  }

  const std::filesystem::path file_;
  const RunSpec run_;
  std::unique_ptr<record::LockFile> lock_;
  record::Writer writer_;
  record::Queue queue_;
  std::map<std::string, std::size_t> index_;
  std::vector<Committed> committed_;  // by dataset, at the last commit

  mutable std::mutex mutex_;
  std::condition_variable done_;
  std::vector<std::int64_t> rows_;
  std::set<std::size_t> written_;
  std::set<std::string> closed_;
  std::uint64_t tickets_ = 0;
  std::set<std::uint64_t> reached_;
  std::string failure_;
  bool stopped_ = false;
  bool finished_ = false;
  std::thread thread_;
};

Recorder::Recorder(std::filesystem::path file, Mode mode, RunSpec run, KeptRows kept)
    : impl_(std::make_unique<Impl>(std::move(file), mode, std::move(run), kept)) {}
Recorder::~Recorder() = default;

void Recorder::append(const std::string& path, std::int64_t step, Array row) {
  impl_->append(path, step, std::move(row));
}
void Recorder::write(const std::string& path, Array value) { impl_->write(path, std::move(value)); }
void Recorder::attribute(const std::string& path, const std::string& name, const std::string& value) {
  impl_->attribute(path, name, value);
}
void Recorder::close_node(const std::string& node) { impl_->close_node(node); }
void Recorder::commit() { impl_->commit(); }
void Recorder::warn(const std::string& text) { impl_->warn(text); }
void Recorder::finish(const std::string& status, const std::string& message, std::optional<int> exit) {
  impl_->finish(status, message, exit);
}
std::int64_t Recorder::rows(const std::string& path) const { return impl_->rows(path); }
Committed Recorder::committed(const std::string& path) const { return impl_->committed(path); }
const std::filesystem::path& Recorder::file() const { return impl_->file(); }
const std::string& Recorder::run_id() const { return impl_->run_id(); }

}  // namespace weir
