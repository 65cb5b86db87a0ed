// core/kinds/learn/objective.hpp -- the per-sample loss of a model, and the random things it was computed from.
//
// The model is a field, networks of the objective's own, or both. The parameters that `loss` is given are the field's under their own
// names and, joined to them, those of `init`: they are fitted together.
//
// Laws (`weir plugin check` holds every objective to them; `weir explain law/objective` prints them)
//   sample      sample(n) has n rows, in its batch and in each tensor that it names; where it takes a field, it names t [n] in [0, 1]
//               and z, xt, ut [n, item...]; t ascends if sorted_time() says so
//   seed        the same Rng address gives the same sample, another seed gives another; so it is with its own parameters
//   domain      the batch of a sample has the context that domain() says, and no other, on pairs with labels too
//   loss        loss is [B], one finite number for each row, of the sample's dtype
//   terms       loss gives each term that terms() names and no other: [B], finite, of the dtype of the loss, in float32 too
//   rows        unless it says dependent_rows(), the loss of a row does not depend on the other rows of the batch
//   gradient    autograd's gradient of the mean loss is that of the loss: no detach and no item() on the way from the parameters
//   networks    the parameters of init after network()'s prefix are those that it makes for its signature, by name and shape
//   per_sample  what it says is taped() has the per-sample gradients on its tape that one backward pass for each row gives
//   regression  where regression() gives parts, the loss is w ||u - v(x, t)||^2 of them, and the objective has no parameters
//   pure        loss changes neither its sample nor the parameters
//   parts       an objective with the facet FlowMatchingParts has the loss ||ut - v(xt, t)||^2 and nothing else
//   float32     a float32 sample has a float32 loss, that of float64 to float32's accuracy
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/time.hpp>
#include <weir/kinds/learn/network.hpp>
#include <weir/node.hpp>
#include <weir/params.hpp>

namespace weir {

// One draw of everything random in a training step: a batch, and beside it tensors by name, each with a row for each of the batch's.
// Where a field is asked these are
//
//   t       [B], the time              z    [B, item...], the noise of the path
//   xt, ut  [B, item...], point on the path and target velocity
//
// An objective that takes no field names what it draws itself ("eps"), and has a batch of one marginal, points = {x}: x0 and x1 are
// then the same.
struct Sample {
  Batch batch;
  std::map<std::string, Tensor> draws;

  // The tensor of that name. Errors: std::out_of_range where none was drawn, with the names of those that were.
  const Tensor& operator[](const std::string& name) const;
  bool has(const std::string& name) const { return draws.contains(name); }
  Sample rows(const Tensor& index) const;  // of the batch and of every draw; index int64 [n]
};

// What a sample costs, row by row: sums over coordinates, not yet averaged over the batch. A Tensor becomes one without terms.
struct Loss {
  Loss(Tensor of_rows, std::vector<std::pair<std::string, Tensor>> named = {})
      : rows(std::move(of_rows)), terms(std::move(named)) {}

  Tensor rows;  // [B], whose mean is minimised
  // Those that Objective::terms names, [B] each: to be recorded, and nothing else.
  std::vector<std::pair<std::string, Tensor>> terms;
};

class Objective : public Node {
 public:
  static constexpr const char* kind = "objective";
  ~Objective() override;

  virtual Shape shape() const = 0;                   // of one item
  virtual Domain domain() const { return shape(); }  // what it asks its field at; known after plan
  virtual Sample sample(std::int64_t n, Rng& rng) const = 0;
  // `field` is no_field() where it takes none.
  virtual Loss loss(const Field& field, const Params& params, const Sample& sample) const = 0;
  // Where the loss is l_i = w_i || u_i - v(x_i, t_i) ||^2, its parts; else none. What `loss` gives is then that, and has no terms.
  struct Regression {
    Tensor x, t;
    const Context& context;
    Tensor u, w;  // w [B], undefined where all are 1
  };
  virtual std::optional<Regression> regression(const Sample& sample) const {
    return (void)sample, std::nullopt;
  }
  // Names of the terms that `loss` gives, such as what it is the sum of: {"rec", "kl"}, of letters, digits and _. A trainer records the
  // mean of each at every step.
  virtual std::vector<std::string> terms() const { return {}; }
  virtual bool sorted_time() const { return false; }  // rows come with ascending t

  // Whether it asks a field; its samples then draw t, z, xt and ut. Without one, a trainer needs no model.
  virtual bool takes_field() const { return true; }
  // Initial parameters of its own networks, each under a prefix: "network.net.0.weight". It asks a network with params.under(prefix).
  virtual Params init(Rng& rng) const { return (void)rng, Params(); }
  // Whether a Tape gives per-sample gradients of the loss, where it gives those of the field: its own parameters are used through
  // taped layers, and all of them, the field's too, once. Else there is one backward pass for each row.
  virtual bool taped() const { return true; }
  // The network of its own that a trainer gives when it is trained: its parameters are those after the prefix.
  struct Own {
    const Network* network;
    Network::Signature signature;
    std::string prefix;
  };
  virtual std::optional<Own> network() const { return std::nullopt; }

  // Whether the rows of a sample depend on each other, as those of a coupling that says so.
  virtual bool dependent_rows() const { return false; }

  // The largest n that `sample` can be asked for, as where the rows of one draw are distinct items of a finite set; null where there is
  // none. Known after plan; who takes a sample asks at plan, by plan_rows.
  virtual std::optional<std::int64_t> most_rows() const { return std::nullopt; }
};

// n rows of a source, as a batch of one marginal: of a finite set with replacement, of a distribution as it draws them. Where they have
// classes, these are the batch's context "label".
Batch drawn_from(const Source& source, std::int64_t n, Rng& rng);

// For `loss` of an objective that takes no field: it has no parameters, and says at what a velocity is asked of it that there is none.
const Field& no_field();

// Faults, at the port of that name, of an objective at which no field can be measured: one that takes none, or, unless `own`, one that
// has parameters beside its field's.
void plan_of_field(const Objective& objective, Plan& plan, bool own = false,
                   const std::string& port = "objective");

// Faults, at the parameter of that name, of one draw of n rows from an objective that has fewer; `taker` is what takes them: "a step".
void plan_rows(const Objective& objective, std::int64_t n, Plan& plan, const std::string& param,
               const std::string& taker);

}  // namespace weir
