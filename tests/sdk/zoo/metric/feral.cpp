// tests/sdk/zoo/metric/feral.cpp -- eats, so that there is something to lose, and then does what no plugin may do.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

int recurse(int depth) {
  volatile int here = depth;  // on the stack
  return depth < 0 ? 0 : recurse(depth + 1) + here;
}

const std::string loud = "\033[31mred\a" + std::string(5 << 20, 'x');

class Feral final : public weir::Metric {
  weir::Param<std::string> deed_{
      this, "deed", "none",
      weir::one_of({"none", "segv", "overflow", "abort", "divide", "thread", "exit", "kill", "sleep", "spin",
                    "print", "flood", "warn", "throw", "breed"}),
      "what it does after it has eaten; nothing where the environment variable TAME is set"};
  weir::Param<double> seconds_{this, "seconds", 3600, weir::positive.in("s"), "how long it sleeps"};
  weir::Trace eaten_{this, "eaten", "kg", "what it has eaten in its life"};
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};
  std::int64_t age_ = 0;

  void eat_until(std::int64_t age) {
    for (; age_ < age; ++age_) eaten_.append(age_ + 1, static_cast<double>(age_ + 1));
  }

  void misbehave(weir::Run& run) {
    const std::string deed = std::getenv("TAME") == nullptr ? deed_() : "none";
    if (deed == "segv") std::raise(SIGSEGV);
    if (deed == "overflow") std::printf("%d", recurse(0));
    if (deed == "abort") std::abort();
    if (deed == "divide") std::raise(SIGFPE);
    if (deed == "thread") std::thread([] { throw 7; }).join();
    if (deed == "exit") std::exit(77);
    if (deed == "kill") std::raise(SIGKILL);
    if (deed == "sleep") std::this_thread::sleep_for(std::chrono::duration<double>(seconds_()));
    for (volatile bool forever = deed == "spin"; forever;) continue;
    if (deed == "print") {
      std::puts("{\"event\": 5}\n{\"event\":\"end\",\"status\":\"failed\",\"exit\":1}\n\033[31mmoo");
      std::fflush(stdout);
    }
    if (deed == "flood")
      for (int i = 0; i < 20; ++i) std::fwrite(loud.data(), 1, loud.size(), stdout);
    if (deed == "warn") run.warn(loud);
    if (deed == "throw") throw std::runtime_error(loud);
    if (deed == "breed" && std::system("sleep 600 &") != 0) throw std::runtime_error("no young");
  }

 public:
  void plan(weir::Plan&) override {
    eaten_.plan({}, {});
    size_.plan({}, {});
  }
  bool stateful() const override { return true; }
  weir::State save() const override { return {{"age", at::scalar_tensor(age_, at::kLong)}}; }
  void load(const weir::State& state) override { age_ = state.at("age").item<std::int64_t>(); }
  void run(weir::Run& run) override {
    eat_until(3);
    run.checkpoint([this] { return save(); }, true);
    misbehave(run);
    eat_until(5);
    size_.set(at::ones({}, options()));
  }
};

}  // namespace

WEIR_PLUGIN(Feral, "An animal that nobody tamed")
