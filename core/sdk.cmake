# core/sdk.cmake -- the headers that plugins may include: these are installed, and no others.
#
# Whatever an author of a source, a network, a probe or any other plugin needs: nodes and what they declare, every kind, the shared
# mathematics; of the front what declarations and faults are made of, of the record what datasets are and how they are read. A header
# here includes only headers here. tests/sdk/headers.test.py holds the list to that, and Weir's own plugins to the list;
# tests/sdk/interface/ lists what of these headers lies in libraries.
set(WEIR_SDK_HEADERS
  facet.hpp memory.hpp node.hpp output.hpp param.hpp params.hpp pch.hpp plugin.hpp port.hpp rng.hpp tensor.hpp

  kinds/comparison.hpp kinds/metric.hpp
  kinds/facets/affine_map.hpp kinds/facets/affine_velocity.hpp kinds/facets/coefficients.hpp
  kinds/facets/dependent_times.hpp kinds/facets/flow_matching_parts.hpp kinds/facets/independent_context.hpp
  kinds/facets/inexact_ends.hpp kinds/facets/infinite_action.hpp kinds/facets/joint_normal_law.hpp kinds/facets/jumps.hpp
  kinds/facets/kept_marginals.hpp
  kinds/facets/linear_velocity.hpp kinds/facets/log_density.hpp kinds/facets/marginals.hpp kinds/facets/measurement.hpp
  kinds/facets/mixture_law.hpp kinds/facets/moments.hpp kinds/facets/normal_law.hpp kinds/facets/posterior_law.hpp kinds/facets/rescaled.hpp
  kinds/facets/time_span.hpp kinds/facets/token_law.hpp kinds/facets/young_average.hpp
  kinds/flow/coupling.hpp kinds/flow/domain.hpp kinds/flow/dormand_prince.hpp kinds/flow/embedded.hpp kinds/flow/field.hpp
  kinds/flow/integrator.hpp kinds/flow/interpolant.hpp kinds/flow/noise.hpp kinds/flow/one_step.hpp kinds/flow/source.hpp
  kinds/flow/space.hpp kinds/flow/stepped.hpp kinds/flow/stochastic.hpp kinds/flow/time.hpp
  kinds/learn/fit.hpp kinds/learn/fitted_model.hpp kinds/learn/going_on.hpp kinds/learn/history.hpp kinds/learn/kept_memory.hpp
  kinds/learn/matched_context.hpp
  kinds/learn/network.hpp kinds/learn/objective.hpp kinds/learn/optimiser.hpp kinds/learn/probe.hpp
  kinds/learn/recorded_training.hpp kinds/learn/schedule.hpp kinds/learn/snapshots.hpp kinds/learn/trainer.hpp

  math/autograd/context.hpp math/autograd/jacobian.hpp math/autograd/layer_gradients.hpp math/autograd/layers.hpp math/autograd/mlp.hpp math/autograd/pass.hpp
  math/autograd/tape.hpp
  math/numeric/area.hpp math/numeric/assignment.hpp math/numeric/distance.hpp math/numeric/finite.hpp math/numeric/memory.hpp math/numeric/posterior_means.hpp
  math/numeric/quadrature.hpp math/numeric/sinkhorn.hpp math/numeric/tokens.hpp
  math/optimiser/adam.hpp math/optimiser/moments.hpp
  math/sgd/linear_flow.hpp math/sgd/ode.hpp math/sgd/rates.hpp
  math/variance/exact_gradient_variance.hpp math/variance/gradient_variance.hpp math/variance/infinite_moments.hpp
  math/variance/row_gradients.hpp math/variance/standard_error.hpp math/variance/time_bins.hpp

  front/faults/fault.hpp front/faults/place.hpp
  front/plugins/data_files.hpp front/plugins/digest.hpp front/plugins/plugin_abi.hpp front/plugins/schema.hpp
  record/data/array.hpp record/data/dataset.hpp record/data/dotted_path.hpp record/data/record_error.hpp record/reader.hpp record/written.hpp)
