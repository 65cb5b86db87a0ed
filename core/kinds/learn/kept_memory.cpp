// core/kinds/learn/kept_memory.cpp -- an optimiser's memory, planned and recorded.
#include <weir/kinds/learn/kept_memory.hpp>

#include <fmt/format.h>

namespace weir {
namespace {

Params memory_of(const Fit& fit) { return Params({fit.memory().begin(), fit.memory().end()}); }

}  // namespace

KeptMemory::KeptMemory(Node* trainer)
    : trainer_(trainer),
      keep_(trainer, "keep_memory", false,
            "whether the optimiser's memory is recorded, so that trainer/recorded can go on in another run"),
      memory_(trainer, "memory", "the optimiser's memory after the last step, with keep_memory") {}

void KeptMemory::plan(const Fit& first, const Rng& steps_stream, Output<Tensor>& steps, Plan& plan) {
  if (!keep_()) return;
  const Params memory = memory_of(first);
  for (const auto& [name, value] : memory.tensors())
    if (value.scalar_type() != trainer_->options().dtype().toScalarType())
      return plan.fault("keep_memory",
                        fmt::format("the optimiser keeps {} as {}, and a record has its memory as {}", name,
                                    c10::toString(value.scalar_type()),
                                    c10::toString(trainer_->options().dtype().toScalarType())),
                        "leave keep_memory out");
  memory_.plan(memory.shapes());
  DatasetSpec& taken = steps.plan({}, {});
  taken.attributes[stream] = fmt::format("{:016x}", steps_stream.key());
  taken.attributes[tensors] = fmt::format("{}", memory.tensors().size());
}

void KeptMemory::set(const Fit& fit) {
  if (keep_()) memory_.set(memory_of(fit).tensors());
}

}  // namespace weir
