// core/kinds/flow/coupling.hpp -- which source point goes with which target point.
//
// A fixed coupling has its pairs from `run` on and draws rows of them with replacement; a fresh one makes new pairs at
// every draw. Memorisation is a property of the first kind only, so which of the two it is must always be written. What may be known of
// the pairs beyond draws are facets: AffineMap, JointNormalLaw, KeptMarginals (core/kinds/facets/).
//
// Laws (`weir plugin check` holds every coupling to them; `weir explain law/coupling` prints them)
//   shape    draw(n) has n pairs: marginals() points [n, shape()...], ids int64 [n], finite; with more than two points their times,
//            ascending from 0 to 1
//   units    rows are independent, each with a unit of its own, 0 .. n-1; of a coupling that says dependent_rows(), all rows of a
//            draw share unit 0. Fixed pairs are never dependent, whatever made them (one optimal plan, say): what is drawn are rows
//            of them with replacement, independent draws from an empirical law. So dependent_rows() is false where size() is not null
//   seed     the same Rng address gives the same pairs, another seed gives others
//   fixed    all() has size() pairs, numbered 0 .. size()-1 in order; they are the outputs x0, x1 and id, and a draw gives rows of
//            them, with replacement and with their numbers
//   remade   the same seed makes the same fixed pairs again
//   items    set_of(0) names the finite set that every x0 is an item of, if there is one, and set_of(1) that of x1; the output
//            x0_item or x1_item is planned then, and only then, and holds which item each point is; as many fixed pairs as the set
//            has items have each of them once, but where the facet KeptMarginals says that this end is not kept exactly
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <weir/kinds/flow/domain.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/node.hpp>

namespace weir {

struct Batch {
  // x0 first, x1 last, each [B, item...]; between them the other marginals of a coupling that has more than two.
  std::vector<Tensor> points;
  // float64 [points.size()] on the CPU, ascending from 0 to 1; defined where there are more than two points.
  Tensor times;
  Tensor id;  // int64 [B], stable per pair
  std::vector<Tensor>
      items;        // as long as points: int64 [B], which item of its finite set; undefined for a law
  Tensor unit;      // int64 [B]: rows with the same unit are dependent, as in one minibatch OT plan
  Tensor weight;    // [B], undefined for equal weights
  Context context;  // what a field is told beside x and t; "label" is x1's class
  // A leading replicate axis [R, B, ...] on all of these is reserved for ensembles.

  const Tensor& x0() const { return points.front(); }
  const Tensor& x1() const { return points.back(); }
  std::int64_t size() const { return points.front().size(0); }
  Batch rows(const Tensor& index) const;  // of every member; index int64 [n]
};

class Coupling : public Node {
 public:
  static constexpr const char* kind = "coupling";
  ~Coupling() override;

  virtual Shape shape() const = 0;                       // of one item; known after plan
  virtual std::optional<std::int64_t> size() const = 0;  // number of pairs if fixed; known after plan
  // What the context of its batches holds. Known after plan.
  virtual std::map<std::string, Domain::Entry> context() const { return {}; }
  // How many points each pair is given by: two, or more along its way. An interpolant says which numbers it takes. Known after plan.
  virtual std::int64_t marginals() const { return 2; }
  // Whether the rows of one fresh draw depend on each other (minibatch OT) and so share a unit; false for fixed pairs.
  virtual bool dependent_rows() const { return false; }

  // n pairs: rows of the fixed set drawn with replacement, or new pairs.
  Batch draw(std::int64_t n, Rng& rng) const;
  // Pairs of a fixed coupling by number, int64 [n]. Errors: std::logic_error for a fresh one.
  Batch batch(const Tensor& index) const;
  Batch all() const;  // every pair of a fixed coupling, in order

  void run(Run&) override;  // makes the pairs of a fixed coupling and its outputs

  // The finite set that x0 (end 0) or x1 (end 1) of every pair is an item of, or null. Known after plan.
  virtual const Source* set_of(int end) const { return (void)end, nullptr; }

 protected:
  // One end of some pairs.
  struct Points {
    Tensor x;      // [n, item...]
    Tensor label;  // int64 [n], undefined if the source has none
    Tensor item;   // int64 [n], number in a finite set; undefined for a law
    Points rows(const Tensor& index) const;
  };
  // n new pairs; a fixed coupling is asked once, with n = size() (rows distinct where the sources are finite sets).
  virtual Batch pair(std::int64_t n, Rng& rng) const = 0;
  // Declares the shapes of x0, x1, id, labels and item numbers; to be called at the end of a derived plan.
  void plan_outputs();
  // A batch of these pairs with ids and units 0..n-1; a label of x1 becomes context "label".
  static Batch batch_of(Points x0, Points x1);
  // The same x0, each with the x1 (and context) of the pair partner[i]; partner int64 [n].
  static Batch exchanged(const Batch& pairs, const Tensor& partner);
  // Makes these the pairs of a fixed coupling, in this order, and sets the outputs; for a `run` of a derived class.
  void keep(Batch pairs);

  Output<Tensor> x0_{this, "x0", "1", "source points of the pairs; there only with draw: {fixed: N}"};
  Output<Tensor> x1_{this, "x1", "1", "target points of the pairs; there only with draw: {fixed: N}"};
  Output<Tensor> id_{this, "id", "1", "number of each pair; there only with draw: {fixed: N}", "int64"};
  Output<Tensor> label_{this, "label", "1", "class of each x1, where the target has classes", "int64"};
  Output<Tensor> x0_item_{this, "x0_item", "1", "which item of its set each x0 is", "int64"};
  Output<Tensor> x1_item_{this, "x1_item", "1", "which item of its set each x1 is", "int64"};

 private:
  std::optional<Batch> pairs_;
};

// A coupling that says with `draw` whether its pairs are drawn at every step or fixed.
class DrawnCoupling : public Coupling {
 public:
  ~DrawnCoupling() override;
  std::optional<std::int64_t> size() const override { return draw_().fixed; }

 protected:
  Param<Draw> draw_{this, "draw", required, "fresh: new pairs at every draw; {fixed: N}: N pairs drawn once"};

  // n points of a source for this draw: distinct ones when the pairs are fixed.
  Points points_of(const Source& source, std::int64_t n, Rng rng) const;
  // The source if it is a finite set, else null.
  static const Source* finite(const Source& source) { return source.size() ? &source : nullptr; }
  // The context of pairs whose target this is.
  static std::map<std::string, Domain::Entry> labels_of(const Source& target);
  // Faults: a fixed count below one, or above the size of one of these that is a finite set; each with what it is called.
  void plan_count(Plan& plan, const std::vector<std::pair<std::string, const Source*>>& sources) const;
  // The same of these, and sources of different shapes.
  void plan_sources(Plan& plan, const Port<Source>& source, const Port<Source>* target);
};

}  // namespace weir
