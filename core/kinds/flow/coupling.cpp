// core/kinds/flow/coupling.cpp -- what all couplings share: fixed pairs and how rows of them are drawn.
#include <weir/kinds/flow/coupling.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

namespace weir {
namespace {

// Of a set that is read from a file: known in run, when it has been read.
constexpr std::pair<const char*, std::size_t> origin_attributes[] = {
    {"file", 1024}, {"dataset", 256}, {"sha256", 64}};

}  // namespace

Batch Batch::rows(const Tensor& index) const {
  const auto take = [&](const Tensor& member) {
    return member.defined() ? member.index_select(0, index) : Tensor();
  };
  Batch taken;
  for (const Tensor& point : points) taken.points.push_back(take(point));
  for (const Tensor& item : items) taken.items.push_back(take(item));
  taken.times = times;  // one per marginal, not one per row
  taken.id = take(id);
  taken.unit = take(unit);
  taken.weight = take(weight);
  for (const auto& [name, value] : context) taken.context[name] = take(value);
  return taken;
}

Coupling::~Coupling() = default;

Batch Coupling::draw(std::int64_t n, Rng& rng) const {
  if (const auto count = size()) return batch(rng.integers(*count, {n}));
  return pair(n, rng);
}

Batch Coupling::batch(const Tensor& index) const {
  if (!size())
    throw std::logic_error(
        fmt::format("coupling '{}' draws new pairs each time: it has none to take by number", path()));
  if (!pairs_)
    throw std::logic_error(fmt::format("the pairs of coupling '{}' are read before it has run", path()));
  Batch taken = pairs_->rows(index);
  taken.unit = at::arange(
      index.size(0), index.options());  // rows of the empirical law are independent, also a row met twice
  return taken;
}

Batch Coupling::all() const {
  if (pairs_) return *pairs_;
  return batch(at::empty({0}, at::kLong));  // which says what is wrong
}

void Coupling::run(Run&) {
  if (const auto count = size()) {
    Rng rng = this->rng().at("pairs");
    keep(pair(*count, rng));
  }
}

void Coupling::keep(Batch pairs) {
  const Tensor number = at::arange(pairs.size(), pairs.x0().options().dtype(at::kLong));
  pairs.id = number;
  pairs.unit = number;
  pairs.items.resize(pairs.points.size());
  pairs_ = std::move(pairs);
  x0_.set(pairs_->x0());
  x1_.set(pairs_->x1());
  id_.set(pairs_->id);
  if (label_.planned()) label_.set(pairs_->context.at("label"));
  for (const auto& [end, output] : {std::pair(0, &x0_item_), std::pair(1, &x1_item_)}) {
    const Source* set = set_of(end);
    if (!set) continue;
    output->set(end == 0 ? pairs_->items.front() : pairs_->items.back());
    if (const auto origin = set->origin()) {
      if (origin->sha256.empty())
        throw std::runtime_error(fmt::format("'{}' cannot be read again to be hashed", origin->file));
      output->attribute("file", origin->file);
      if (!origin->dataset.empty()) output->attribute("dataset", origin->dataset);
      output->attribute("sha256", origin->sha256);
    }
  }
}

void Coupling::plan_outputs() {
  const auto count = size();
  if (!count) return;  // a fresh coupling has no pairs to record
  const std::vector<std::string> dims = dims_of("pair", shape());
  x0_.plan(rows_of(*count, shape()), dims);
  x1_.plan(rows_of(*count, shape()), dims);
  id_.plan({*count}, {"pair"});
  if (context().contains("label")) label_.plan({*count}, {"pair"});
  for (const auto& [end, output] : {std::pair(0, &x0_item_), std::pair(1, &x1_item_)}) {
    const Source* set = set_of(end);
    if (!set) continue;
    output->plan({*count}, {"pair"}).attributes["set"] = set->path();
    for (const auto& [name, bytes] : origin_attributes) output->reserve(name, bytes);
  }
}

Coupling::Points Coupling::Points::rows(const Tensor& index) const {
  const auto take = [&](const Tensor& member) {
    return member.defined() ? member.index_select(0, index) : Tensor();
  };
  return {take(x), take(label), take(item)};
}

Batch Coupling::batch_of(Points x0, Points x1) {
  Batch batch;
  const Tensor number = at::arange(x0.x.size(0), x0.x.options().dtype(at::kLong));
  batch.points = {std::move(x0.x), std::move(x1.x)};
  batch.items = {std::move(x0.item), std::move(x1.item)};
  batch.id = number;
  batch.unit = number;
  if (x1.label.defined()) batch.context["label"] = std::move(x1.label);
  return batch;
}

Batch Coupling::exchanged(const Batch& pairs, const Tensor& partner) {
  const Batch others = pairs.rows(partner);
  Batch batch = batch_of({pairs.x0(), {}, pairs.items.front()}, {others.x1(), {}, others.items.back()});
  batch.context = others.context;
  return batch;
}

DrawnCoupling::~DrawnCoupling() = default;

std::map<std::string, Domain::Entry> DrawnCoupling::labels_of(const Source& target) {
  const auto classes = target.classes();
  if (!classes) return {};
  return {{"label", {.shape = {}, .classes = *classes}}};
}

Coupling::Points DrawnCoupling::points_of(const Source& source, std::int64_t n, Rng rng) const {
  const auto count = source.size();
  const bool fixed = size().has_value();
  if (!count) {
    const Source::Drawn drawn = source.draw(n, rng);
    return {.x = drawn.x, .label = drawn.label, .item = {}};
  }
  if (fixed && n > *count) source.distinct(n, rng);  // which says what is wrong
  const Tensor index = fixed ? rng.permutation(*count).narrow(0, 0, n) : rng.integers(*count, {n});
  const Tensor labels = source.labels();
  return {source.items(index), labels.defined() ? labels.index_select(0, index) : Tensor(), index};
}

void DrawnCoupling::plan_count(Plan& plan,
                               const std::vector<std::pair<std::string, const Source*>>& sources) const {
  const auto fixed = size();
  if (!fixed) return;
  if (*fixed < 1)
    plan.fault("draw", fmt::format("the number of fixed pairs must be at least 1, not {}", *fixed));
  // The other end of a pair, where it is a law.
  const auto law = std::ranges::find_if(sources, [](const auto& end) {
    return !end.second->size() && (end.first == "source" || end.first == "target");
  });
  for (const auto& [name, source] : sources) {
    const auto count = source->size();
    if (!count || *fixed <= *count) continue;
    std::string remedy = fmt::format("at most {{fixed: {}}}", *count);
    // Who wants more points than there are data wants new ones, to start a flow from.
    if (law != sources.end()) {
      remedy += fmt::format(
          "; for {} points that a flow starts from the set is not needed: source: {}, target: {}, and the "
          "flow's "
          "start is x0 of these pairs",
          *fixed, law->second->path(), law->second->path());
    } else {
      remedy += fmt::format(
          "; or draw some of them several times: {}: {{plugin: source/sample, of: {}, count: {}, "
          "replacement: true}}",
          name, source->path(), *fixed);
    }
    plan.fault("draw",
               fmt::format("{} fixed pairs need as many distinct items, but {} '{}' holds {}", *fixed, name,
                           source->path(), *count),
               remedy);
  }
}

namespace {

// Images of one number of channels are often one set, of which the middle was cut out.
std::string remedy_of_shapes(const Shape& source, const Shape& target) {
  const std::string give = "give the source that shape, ";
  if (source.size() != 3 || target.size() != 3 || source[0] != target[0])
    return give + "or flatten the target";
  return give + fmt::format("or the target that of the source: of source/images height: {}, width: {}",
                            source[1], source[2]);
}

}  // namespace

void DrawnCoupling::plan_sources(Plan& plan, const Port<Source>& source, const Port<Source>* target) {
  std::vector<std::pair<std::string, const Source*>> ends = {{source.name(), &*source}};
  if (target) ends.emplace_back(target->name(), &**target);
  plan_count(plan, ends);
  if (!target) return;
  if (source->shape() != (*target)->shape()) {
    plan.fault(
        target->name(),
        fmt::format("both ends of a pair need one shape: source '{}' has items [{}], target '{}' has [{}]",
                    source->path(), fmt::join(source->shape(), ", "), (*target)->path(),
                    fmt::join((*target)->shape(), ", ")),
        *source, "", fmt::format("'{}' has items [{}]", source->path(), fmt::join(source->shape(), ", ")),
        remedy_of_shapes(source->shape(), (*target)->shape()));
  }
}

}  // namespace weir
