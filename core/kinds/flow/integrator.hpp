// core/kinds/flow/integrator.hpp -- follows a velocity field from one time to another.
//
//   dx/dt = v(x, t),  x(from) = start,  until x(until) = end;  backward where until < from
//
// The rows of start are followed in chunks, one after another; what follows a chunk is `follow`, which a plugin has from one of three
// base classes or writes itself:
//
//   one_step.hpp     given steps, nothing carried from one to the next: euler, midpoint, heun, rk4, ...
//   embedded.hpp     Runge-Kutta pairs that estimate their error, each row with steps of its own: dopri5, tsit5, dopri8, ...
//   stochastic.hpp   given steps of a stochastic equation with the marginals of the flow: euler_maruyama, stochastic_heun, srk; and others
//                    that are driven by a Brownian path: ancestral, predictor_corrector
//   follow           anything else; adams_bashforth and sdirk, on the grid of stepped.hpp
//
// Laws (`weir plugin check` holds every integrator to them; `weir explain law/integrator` prints them)
//   outputs       end, trajectory, time and nfe are those of the way: saved times evenly spread from `from` to `until`, or those of
//                 save_at; the trajectory [time, pair, item...] from start to end
//   rows          chunks of any size end at the same points, the same noise of each row included
//   plan          what the field finds wrong with the points is told at plan
//   accuracy      x' = x^2 cos 3t is followed to within 2 % at the defaults, or in 200 steps, and a constant velocity without error
//   backward      from 1 back to 0 the points return to where they came from, by way of the saved times, within the same
//   float32       float32 points stay float32, and end where float64 ones do, to float32's accuracy
//   order         of stepped.hpp, where an order is claimed: half the steps make the error 2^order() times smaller, within a quarter of
//                 an order, forward and backward, where steps are equal and where they alternate between h and 2 h
//   evaluations   of one_step.hpp: a step asks the field evaluations() times, at times between t and t + h; a constant velocity is
//                 followed exactly
//   tableau       of embedded.hpp: nodes, weights, error weights and dense output fit each other
//   tolerance     of embedded.hpp: the true error is within 10 times the tolerance, at 1e-4 and at 1e-7, of a stiff field at 1e-4,
//                 between steps too
//   effort        of embedded.hpp: nfe counts for each row how often the field was asked for it
//   marginals     of stochastic.hpp, driven ones too: the law in the middle and at the end of a flow between normal laws is that of the flow, for three
//                 strengths of the diffusion, within 3 standard errors and 2 %
//   path          of stochastic.hpp: half the step along the same Brownian path comes nearer to its end
// The laws of accuracy, backward and float32 are not asked of stochastic methods, and none of these of one with the facet Jumps.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <weir/kinds/flow/field.hpp>
#include <weir/node.hpp>

namespace weir {

// v(x, t) of the field that is followed, whose context is bound. x [N, item...]; t a time for each row, [N], or one for all.
class Velocity {
 public:
  template <class Function>
  requires std::invocable<Function, const Tensor&, const Tensor&> Velocity(Function v)
      : v_([v = std::move(v)](const Tensor& x, const Tensor& t, const Tensor&) { return v(x, t); }) {}
  // Of rows that have something of their own: asked with the numbers of the rows, int64 [N], or undefined for all of them in order.
  using OfRows = std::function<Tensor(const Tensor& x, const Tensor& t, const Tensor& rows)>;
  explicit Velocity(OfRows v) : v_(std::move(v)) {}

  Tensor operator()(const Tensor& x, const Tensor& t) const { return v_(x, t, rows_); }
  Tensor operator()(const Tensor& x, double t) const {
    return v_(x, at::full({x.size(0)}, t, x.options()), rows_);
  }
  // The velocity of these of its rows, to be asked at a point for each.
  Velocity of(const Tensor& rows) const {
    Velocity some(v_);
    some.rows_ = rows_.defined() ? rows_.index_select(0, rows) : rows;
    return some;
  }

 private:
  OfRows v_;
  Tensor rows_;
};

class Integrator : public Node {
 public:
  static constexpr const char* kind = "integrator";
  ~Integrator() override;

  void plan(Plan& plan) override;  // a derived plan finds its own faults first, then calls this one
  void run(Run& run) override;

  // Rows to be followed together, and the number that the first of them has in start.
  struct Rows {
    Tensor x;  // [N, item...]
    std::int64_t first;
  };
  // How they went.
  struct Path {
    Tensor end;                 // [N, item...]; NaN or infinity for a row that left the numbers
    std::vector<Tensor> saved;  // [N, item...] at each of the times that are asked for
    Tensor nfe;                 // int64: one number, or with nfe_of_each_row() one for each row, [N]
    // The time up to which all rows were numbers; nothing where none left them.
    std::optional<double> lost_after{};
  };
  // Told after each of `total` parts of the way that it is done; throws Stopped where the run is to stop.
  using Watch = std::function<void(std::int64_t done, std::int64_t total)>;

 protected:
  // The way of these rows, whatever other rows there are. `saved` are the times to be kept, in the order of the way.
  virtual Path follow(const Velocity& v, const Rows& rows, const std::vector<double>& saved,
                      const Watch& watch) const = 0;
  virtual bool nfe_of_each_row() const { return false; }
  // What may save a row that left the numbers.
  virtual std::string remedy() const { return "take smaller steps"; }
  // The times of the trajectory: `save` of them evenly spread, or those of save_at; none is an empty list.
  virtual std::vector<double> saved_times() const;

  double from() const { return from_(); }
  double until() const { return until_(); }
  const Shape& start_shape() const { return start_.shape(); }  // from plan on
  Tensor start() const { return start_().to(options()); }      // in run
  std::int64_t chunk() const { return chunk_(); }              // rows that follow() is given at most
  bool saves_at_given_times() const { return save_at_.given(); }
  std::int64_t saves() const { return save_(); }

 private:
  bool guided() const { return guidance_.given() && guidance_() != 1; }
  // That of the field for the rows of a chunk, `context` being that of all rows.
  Velocity velocity(const Params& params, const Context& context, const Rows& chunk) const;

  Port<Field> field_{this, "field", "velocity field to follow"};
  Port<Tensor> start_{this, "start", "points at `from`"};
  Ports<Tensor> context_{
      this, "context", "what the field is told beside x and t, one row for each point: {label: pairs.label}"};
  Param<double> guidance_{
      this, "guidance", absent, any_value,
      "weight g of the context, v = v_without + g (v_with - v_without); 1 is the context alone"};
  Param<double> from_{this, "from", 0, between(0, 1), "time of the start"};
  Param<double> until_{this, "until", 1, between(0, 1), "time of the end; below `from`: backward"};
  Param<std::int64_t> save_{this, "save", 0, non_negative,
                            "times kept in the trajectory, evenly spread, both ends included; 0: none"};
  Param<Numbers> save_at_{this, "save_at", absent, between(0, 1),
                          "instead: the times kept in the trajectory"};
  Param<std::int64_t> chunk_{this, "chunk", 1024, at_least(1), "rows integrated together"};
  Output<Tensor> end_{this, "end", "1", "points at `until`; NaN where a point left the numbers on its way"};
  Output<Tensor> trajectory_{this, "trajectory", "1",
                             "points at the saved times; NaN from where a point left the numbers"};
  Output<Tensor> time_{this, "time", "1", "the saved times"};
  Output<Tensor> nfe_{this, "nfe", "1",
                      "evaluations of the field along a path, two for each guided velocity: one number for "
                      "all points, or one for each where steps adapt",
                      "int64"};
};

}  // namespace weir
