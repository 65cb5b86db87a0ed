// tools/check/laws/coupling.cpp -- laws of every coupling.
#include <algorithm>

#include <fmt/format.h>

#include <check/bench/bench.hpp>
#include <check/bench/broken.hpp>
#include <weir/kinds/facets/kept_marginals.hpp>
#include "laws.hpp"
#include "world.hpp"

namespace weir::conformance {
namespace {

const Shape item = {1, 2, 3};

// "[0, 0, 1]"
std::string text_of_values(const Tensor& numbers) {
  const Tensor whole = numbers.to(at::kLong).contiguous();
  return text_of(at::IntArrayRef(whole.data_ptr<std::int64_t>(), static_cast<std::size_t>(whole.numel())));
}

Batch drawn(const Coupling& coupling, std::int64_t n, std::uint64_t seed) {
  Rng rng(seed, "law", f64);
  return coupling.draw(n, rng);
}

// Where a coupling is held to a law.
struct Place {
  const World* world;                                      // none in a pipeline of its author's
  std::function<std::shared_ptr<const Coupling>()> again;  // the same coupling, made anew
};
using Hold = std::function<void(const Coupling&, const Place&)>;

// In the author's pipeline, as it is written there; false if there is none that has it.
bool in_pipeline(const Subject& subject, const Hold& hold) {
  if (subject.with.empty()) return false;
  const Graph graph = read_pipeline(subject.with, *subject.registry);
  if (std::ranges::find(graph.nodes, subject.schema.id(), &GraphNode::plugin) == graph.nodes.end())
    return false;
  const Bench bench(subject);
  const auto made = [&] {
    const auto ran = std::make_shared<Ran>(bench.run({.dtype = "float64"}));
    const auto* coupling = dynamic_cast<const Coupling*>(&ran->executor->node(ran->path));
    if (!coupling) throw std::logic_error(subject.schema.id() + " is no coupling");
    return std::shared_ptr<const Coupling>(ran, coupling);
  };
  hold(*made(), {nullptr, made});
  return true;
}

// There, and fresh and fixed, where it has a parameter for that, of laws and of finite sets. Skipped if it takes none of these.
void everywhere(const Subject& subject, const Hold& hold) {
  const auto draw = std::ranges::find(subject.schema.params, ParamType::draw, &ParamSchema::type);
  std::vector<nlohmann::json> settings = {nlohmann::json::object()};
  if (draw != subject.schema.params.end())
    settings = {{{draw->name, {{"fixed", 16}}}}, {{draw->name, "fresh"}}};
  std::string refused;
  bool held = in_pipeline(subject, hold);
  for (const Ends ends : {Ends::laws, Ends::sets}) {
    for (const nlohmann::json& setting : settings) {
      const auto world = World::of(subject, item, f64, ends);
      std::shared_ptr<Coupling> coupling;
      try {
        coupling = world->run<Coupling>(subject, {setting});
      } catch (const Skipped& skipped) {
        refused = skipped.what();
        continue;
      }
      hold(*coupling, {world.get(), [&] { return world->run<Coupling>(subject, {setting}); }});
      held = true;
    }
  }
  if (!held) throw Skipped(refused);
}

void keeps_its_shape(const Subject& subject) {
  everywhere(subject, [](const Coupling& coupling, const Place&) {
    for (const std::int64_t n : {1, 6}) {
      const Batch batch = drawn(coupling, n, 1);
      const auto found = static_cast<std::int64_t>(batch.points.size());
      require(found == coupling.marginals(), "each pair has marginals() points",
              fmt::format("{} points where marginals() is {}", found, coupling.marginals()),
              "give marginals(), known after plan");
      for (const Tensor& points : batch.points)
        require(points.sizes() == rows_of(n, coupling.shape()), "draw(n) gives points [n, shape()...]",
                fmt::format("{} for n = {}", text_of(points.sizes()), n), "correct pair(), or shape()");
      for (const Tensor& points : batch.points)
        require(at::isfinite(points).all().item<bool>(), "points are finite", "NaN or infinity",
                "correct pair()");
      if (found > 2) {
        const std::string rule = "more than two points have their times, ascending from 0 to 1";
        require(batch.times.defined() && batch.times.sizes() == at::IntArrayRef({found}), rule,
                batch.times.defined() ? text_of(batch.times.sizes()) : "no times",
                "give batch.times in pair()");
        require(number(batch.times[0]) == 0 && number(batch.times[found - 1]) == 1 &&
                    (batch.times.diff() > 0).all().item<bool>(),
                rule, "others", "correct batch.times in pair()");
      }
      require(batch.id.scalar_type() == at::kLong && batch.id.sizes() == at::IntArrayRef({n}),
              "ids are int64 [n]", text_of(batch.id.scalar_type()) + " " + text_of(batch.id.sizes()),
              "make batches with batch_of(x0, x1)");
    }
  });
}

void has_units(const Subject& subject) {
  everywhere(subject, [](const Coupling& coupling, const Place&) {
    require(!coupling.size() || !coupling.dependent_rows(),
            "fixed pairs are not dependent: what is drawn are independent rows of them",
            fmt::format("dependent_rows() is true of {} fixed pairs", coupling.size().value_or(0)),
            "return false from dependent_rows() where size() is not null");
    for (const std::int64_t n : {1, 6}) {
      const Tensor found = drawn(coupling, n, 1).unit;
      const Tensor unit = coupling.dependent_rows() ? at::zeros({n}, at::kLong) : at::arange(n, at::kLong);
      require(found.defined() && same_bytes(found, unit),
              coupling.dependent_rows() ? "rows that depend on each other share unit 0"
                                        : "independent rows have units of their own, 0 .. n-1",
              found.defined() ? fmt::format("units {}", text_of_values(found)) : "no units",
              "correct dependent_rows(), or leave the units to batch_of");
    }
  });
}

void is_addressed_by_its_seed(const Subject& subject) {
  everywhere(subject, [](const Coupling& coupling, const Place&) {
    const std::string rule = "the same Rng address gives the same pairs";
    const std::string remedy = "draw from `rng` alone, and keep nothing between two calls";
    require_same(drawn(coupling, 12, 1).x0(), drawn(coupling, 12, 1).x0(), rule, remedy);
    require_same(drawn(coupling, 12, 1).x1(), drawn(coupling, 12, 1).x1(), rule, remedy);
    require(!drawn(coupling, 12, 1).x0().equal(drawn(coupling, 12, 2).x0()), "another seed gives other pairs",
            "the same pairs from two seeds", "draw from `rng`, the argument of pair");
  });
}

// Pairs 0..N-1 in order, the same as the outputs; draws are rows of them, with their number.
void has_fixed_pairs(const Subject& subject) {
  bool fixed = false;
  everywhere(subject, [&](const Coupling& coupling, const Place&) {
    if (!coupling.size()) return;
    fixed = true;
    const std::int64_t size = *coupling.size();
    const Batch all = coupling.all();
    const std::string remedy = "leave run and the outputs to the base class, or call keep(pairs)";
    require(all.size() == size, "all() has size() pairs", fmt::format("{} and {}", all.size(), size), remedy);
    require_same(all.id, at::arange(size, at::kLong), "pairs are numbered from 0 in order", remedy);
    const std::string rule = "the outputs x0, x1 and id are the fixed pairs";
    require_same(value_of(coupling, "x0"), all.x0(), rule, remedy);
    require_same(value_of(coupling, "x1"), all.x1(), rule, remedy);
    require_same(value_of(coupling, "id"), all.id, rule, remedy);
    const Batch rows = drawn(coupling, 25 * size / 2, 2);
    const std::string drawn_rule = "draws of fixed pairs are rows of them, with their number";
    require_same(rows.x0(), all.x0().index_select(0, rows.id), drawn_rule, remedy);
    require_same(rows.x1(), all.x1().index_select(0, rows.id), drawn_rule, remedy);
    // 200 draws of 16 pairs leave a pair out with probability 16 (15/16)^200 = 4e-5; without replacement there would be 16.
    const std::int64_t met = std::get<0>(at::_unique(rows.id)).numel();
    require(met == size, "12.5 draws with replacement for each pair meet every pair",
            fmt::format("{} of {} pairs", met, size), remedy);
  });
  if (!fixed) throw Skipped("it has no fixed pairs here");
}

void is_made_again(const Subject& subject) {
  everywhere(subject, [&](const Coupling& coupling, const Place& place) {
    if (!coupling.size()) return;
    require_same(place.again()->all().x1(), coupling.all().x1(),
                 "the same seed makes the same fixed pairs again", "draw from `rng` alone");
  });
}

bool keeps_exactly(const Coupling& coupling, int end) {
  const auto kept = facet<KeptMarginals>(coupling).value_or(KeptMarginals{});
  return (end == 0 ? kept.x0 : kept.x1) == KeptMarginals::How::exactly;
}

// An end that comes from a finite set says which item it is. x0 must, where it has the source or the pairs to ask; x1 may be
// made of it.
void tells_its_items(const Subject& subject) {
  const bool asks = std::ranges::any_of(subject.schema.ports, [](const PortSchema& port) {
    return port.kind == "source" || port.kind == "coupling";
  });
  everywhere(subject, [&](const Coupling& coupling, const Place& place) {
    if (!coupling.size()) return;
    const bool finite = place.world && place.world->pairs->set_of(0) != nullptr;
    const Batch all = coupling.all();
    for (const int end : {0, 1}) {
      const Tensor& points = end == 0 ? all.x0() : all.x1();
      const Source* set = coupling.set_of(end);
      const std::string name = end == 0 ? "x0_item" : "x1_item";
      require(coupling.output(name)->planned() == (set != nullptr),
              fmt::format("{} is there where set_of({}) names a set", name, end),
              set ? "it is not planned" : "it is planned without a set",
              "call plan_outputs() at the end of plan");
      require(finite || set == nullptr || !place.world, "set_of is null where the sources are distributions",
              "a set is named", "return finite(source)");
      if (set)
        require_same(set->items(value_of(coupling, name)), points,
                     fmt::format("{} numbers the items of set_of({}) that the points are", name, end),
                     "hand on the item numbers that points_of gives");
      if (set && set->size() == coupling.size() && keeps_exactly(coupling, end))
        require_same(
            std::get<0>(value_of(coupling, name).sort()), at::arange(*set->size(), at::kLong),
            fmt::format("as many fixed pairs as the set of {} has items have each once", name),
            "draw with points_of, which takes distinct items for fixed pairs, or declare KeptMarginals");
    }
    if (!finite || !asks) return;
    const Tensor places =
        (all.x0().flatten(1).unsqueeze(1) == place.world->set.items(at::arange(16, at::kLong)).flatten(1))
            .all(2);
    if (!places.any(1).all().item<bool>()) return;
    require(coupling.set_of(0) != nullptr, "set_of(0) names the set that every x0 is an item of",
            "none is named", "override set_of");
    if (!keeps_exactly(coupling, 0)) return;
    require(places.any(0).all().item<bool>(), "16 fixed pairs of a set of 16 have each item once",
            "an item that is missing",
            "draw with points_of, which takes distinct items for fixed pairs, or declare KeptMarginals");
  });
}

}  // namespace

std::vector<Law> coupling_laws() {
  return {{"shape", keeps_its_shape}, {"units", has_units},      {"seed", is_addressed_by_its_seed},
          {"fixed", has_fixed_pairs}, {"remade", is_made_again}, {"items", tells_its_items}};
}

}  // namespace weir::conformance
