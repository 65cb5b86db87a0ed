// tests/sdk/layout.cpp -- prints what plugins have compiled into them of Weir's classes: sizes, and each virtual function's place.
//
// A pointer to a virtual member function holds its offset in the table, plus one (Itanium C++ ABI, which g++ and clang follow).
#include <cstdint>
#include <cstdio>
#include <cstring>

#include <weir/kinds/comparison.hpp>
#include <weir/kinds/facets/affine_map.hpp>
#include <weir/kinds/facets/affine_velocity.hpp>
#include <weir/kinds/facets/flow_matching_parts.hpp>
#include <weir/kinds/facets/independent_context.hpp>
#include <weir/kinds/facets/joint_normal_law.hpp>
#include <weir/kinds/facets/linear_velocity.hpp>
#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/marginals.hpp>
#include <weir/kinds/facets/measurement.hpp>
#include <weir/kinds/facets/mixture_law.hpp>
#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/facets/normal_law.hpp>
#include <weir/kinds/facets/posterior_law.hpp>
#include <weir/kinds/facets/time_span.hpp>
#include <weir/kinds/flow/embedded.hpp>
#include <weir/kinds/flow/one_step.hpp>
#include <weir/kinds/flow/stochastic.hpp>
#include <weir/kinds/learn/fit.hpp>
#include <weir/kinds/learn/fitted_model.hpp>
#include <weir/kinds/learn/kept_memory.hpp>
#include <weir/kinds/learn/network.hpp>
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/kinds/learn/probe.hpp>
#include <weir/kinds/learn/recorded_training.hpp>
#include <weir/kinds/learn/schedule.hpp>
#include <weir/kinds/learn/snapshots.hpp>
#include <weir/kinds/learn/trainer.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/autograd/tape.hpp>
#include <weir/math/sgd/linear_flow.hpp>
#include <weir/node.hpp>
#include <weir/plugin.hpp>
#include <weir/record/reader.hpp>

namespace {

template <class Function>
void place(const char* name, Function function) {
  std::uintptr_t word = 0;
  static_assert(sizeof function >= sizeof word);
  std::memcpy(&word, &function, sizeof word);
  std::printf("place %s %zu\n", name, (word - 1) / sizeof(void*));
}

// Opens what is protected.
struct OpenCoupling : weir::Coupling {
  using Coupling::pair;
};
struct OpenInterpolant : weir::Interpolant {
  using Interpolant::noiseless;
};
struct OpenIntegrator : weir::Integrator {
  using Integrator::follow;
  using Integrator::nfe_of_each_row;
  using Integrator::remedy;
  using Integrator::saved_times;
};
struct OpenParam : weir::AnyParam {
  using AnyParam::assign;
};

}  // namespace

#define SIZE(Class) std::printf("size " #Class " %zu\n", sizeof(weir::Class))
#define PLACE(Class, function) place(#Class "::" #function, &weir::Class::function)

int main() {
  SIZE(abi::Table);
  SIZE(abi::Entry);
  SIZE(abi::Note);
  SIZE(AnyFacet);
  SIZE(AnyOutput);
  SIZE(AnyParam);
  SIZE(AnyPort);
  SIZE(Array);
  SIZE(Batch);
  SIZE(Comparison);
  SIZE(Coupling);
  SIZE(DatasetSpec);
  SIZE(Domain);
  SIZE(DrawnCoupling);
  SIZE(Driven);
  SIZE(Embedded);
  SIZE(EmaRule);
  SIZE(Fault);
  SIZE(Field);
  SIZE(Fit);
  SIZE(Fitted);
  SIZE(FittedModel);
  SIZE(FittedNetwork);
  SIZE(Groups);
  SIZE(History);
  SIZE(History::Moment);
  SIZE(Integrator);
  SIZE(Interpolant);
  SIZE(KeptMemory);
  SIZE(LayerGradients);
  SIZE(Limits);
  SIZE(Loss);
  SIZE(Metric);
  SIZE(Network);
  SIZE(Node);
  SIZE(Noise);
  SIZE(Objective);
  SIZE(OneStep);
  SIZE(Optimiser);
  SIZE(OutputSchema);
  SIZE(ParamSchema);
  SIZE(Params);
  SIZE(PerSampleGradients);
  SIZE(Place);
  SIZE(Plan);
  SIZE(PluginSchema);
  SIZE(PortSchema);
  SIZE(Probe);
  SIZE(Reader);
  SIZE(RecordedTraining);
  SIZE(Rng);
  SIZE(Run);
  SIZE(Sample);
  SIZE(Schedule);
  SIZE(SgdOde);
  SIZE(SgdOde::Now);
  SIZE(Snapshots);
  SIZE(Source);
  SIZE(Stepped);
  SIZE(Stochastic);
  SIZE(Tableau);
  SIZE(Tape);
  SIZE(Tape::Record);
  SIZE(TensorSet);
  SIZE(Time);
  SIZE(Trace);
  SIZE(TraceSet);
  SIZE(Trainer);
  SIZE(Training);
  SIZE(TrainingStep);
  SIZE(TwoPoint);
  SIZE(AffineMap);
  SIZE(AffineVelocity);
  SIZE(FlowMatchingParts);
  SIZE(IndependentContext);
  SIZE(JointNormalLaw);
  SIZE(LeastSquares);
  SIZE(LinearFlow);
  SIZE(LinearVelocity);
  SIZE(LogDensity);
  SIZE(Marginals);
  SIZE(Measurement);
  SIZE(MixtureLaw);
  SIZE(Moments);
  SIZE(NormalLaw);
  SIZE(PosteriorLaw);
  SIZE(PosteriorLaw::Mixtures);
  SIZE(TimeSpan);
  SIZE(Facet<weir::Moments>);
  SIZE(Output<weir::Field>);
  SIZE(Output<weir::Tensor>);
  SIZE(Param<double>);
  SIZE(Param<std::string>);
  SIZE(Port<weir::Noise>);
  SIZE(Port<weir::Tensor>);
  SIZE(Ports<weir::Field>);
  SIZE(Ports<weir::Probe>);
  SIZE(Ports<weir::Tensor>);
  PLACE(Node, plan);
  PLACE(Node, run);
  PLACE(Node, stateful);
  PLACE(Node, save);
  PLACE(Node, load);
  PLACE(Run, stop_requested);
  PLACE(Run, progress);
  PLACE(Run, warn);
  PLACE(Run, checkpoint);
  PLACE(Sink, append);
  PLACE(Sink, write);
  PLACE(Sink, attribute);
  PLACE(AnyFacet, given);
  PLACE(AnyPort, bind);
  PLACE(AnyPort, interface);
  PLACE(AnyOutput, given);
  PLACE(AnyParam, json);
  PLACE(Coupling, shape);
  PLACE(Coupling, size);
  PLACE(Coupling, context);
  PLACE(Coupling, marginals);
  PLACE(Coupling, dependent_rows);
  PLACE(Coupling, run);
  PLACE(Coupling, set_of);
  PLACE(Field, velocity);
  PLACE(Field, init);
  PLACE(Field, plan_for);
  PLACE(Field, taped);
  PLACE(OneStep, step);
  PLACE(OneStep, evaluations);
  PLACE(Stepped, order);
  PLACE(Embedded, tableau);
  PLACE(Stochastic, step);
  PLACE(Stochastic, evaluations);
  PLACE(Interpolant, takes);
  PLACE(TwoPoint, alpha);
  PLACE(TwoPoint, beta);
  PLACE(TwoPoint, dalpha);
  PLACE(TwoPoint, dbeta);
  PLACE(LayerGradients, batch);
  PLACE(LayerGradients, norms);
  PLACE(LayerGradients, centred_norms);
  PLACE(LayerGradients, dots);
  PLACE(LayerGradients, group_norms);
  PLACE(LayerGradients, dense);
  PLACE(LayerGradients, rows);
  PLACE(Network, init);
  PLACE(Network, plan_for);
  PLACE(Network, forward);
  PLACE(Network, features);
  PLACE(Network, trained_for);
  PLACE(Network, taped);
  PLACE(Noise, gamma);
  PLACE(Noise, dgamma);
  PLACE(Noise, zero);
  PLACE(Objective, shape);
  PLACE(Objective, domain);
  PLACE(Objective, sample);
  PLACE(Objective, loss);
  PLACE(Objective, terms);
  PLACE(Objective, sorted_time);
  PLACE(Objective, takes_field);
  PLACE(Objective, init);
  PLACE(Objective, taped);
  PLACE(Objective, network);
  PLACE(Objective, dependent_rows);
  PLACE(Objective, most_rows);
  PLACE(Optimiser, init);
  PLACE(Optimiser, step);
  PLACE(Optimiser, rate);
  PLACE(Probe, plan_for);
  PLACE(Probe, observe);
  PLACE(Probe, per_sample);
  PLACE(Probe, enough);
  PLACE(Probe, best);
  PLACE(Schedule, scale);
  PLACE(Trainer, fitted);
  PLACE(Trainer, stream);
  PLACE(Trainer, compare_model);
  PLACE(Source, shape);
  PLACE(Source, sample);
  PLACE(Source, size);
  PLACE(Source, items);
  PLACE(Source, labels);
  PLACE(Source, classes);
  PLACE(Source, draw);
  PLACE(Source, origin);
  PLACE(Time, sample);
  PLACE(Time, density);
  PLACE(Time, support);
  PLACE(Time, sorted);
  PLACE(Time, atom);
  place("AnyParam::assign", &OpenParam::assign);
  place("Coupling::pair", &OpenCoupling::pair);
  place("Integrator::follow", &OpenIntegrator::follow);
  place("Interpolant::noiseless", &OpenInterpolant::noiseless);
  place("Integrator::nfe_of_each_row", &OpenIntegrator::nfe_of_each_row);
  place("Integrator::remedy", &OpenIntegrator::remedy);
  place("Integrator::saved_times", &OpenIntegrator::saved_times);
  return 0;
}
