// plugins/objective/classification.cpp -- a network that tells classes apart, by cross entropy.
//
//   (x_i, c_i) ~ data        l_i = -log softmax(f(x_i))_(c_i)
//
// The rows of a batch are drawn from a finite set with replacement, or with `distinct` without; from a distribution as it draws them, of
// which `distinct` is a fault.
//
// Source   Bishop, Pattern Recognition and Machine Learning, 4.3.4: the negative log-likelihood of multinomial logistic regression.
// Oracle   a step of it goes against (softmax - one-hot) x, in closed form; the gradient is the central difference of the loss; losses
//          log(1 + exp(-2 s |x|)) by hand.
// Peers    torch.nn.CrossEntropyLoss
// Shapes   x [B, item...], c int64 [B], f(x) [B, classes], l [B]
// Limits   no weights of classes, no smoothing of labels.
#include <stdexcept>

#include <fmt/format.h>

#include <weir/kinds/learn/objective.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr const char* prefix = "network.";

class Classification final : public weir::Objective {
  weir::Port<weir::Source> data_{this, "data", "points with their classes"};
  weir::Port<weir::Network> network_{this, "network", "what gives a number for each class, from an input x"};
  weir::Param<bool> distinct_{
      this, "distinct", false,
      "whether the rows of one draw of a finite set are distinct items; an epoch of a trainer is one draw"};

  weir::Network::Signature signature() const {
    return {{{"x", {.shape = data_->shape()}}}, {*data_->classes()}};
  }

 public:
  void plan(weir::Plan& plan) override {
    if (!data_->classes())
      return plan.fault("data", fmt::format("'{}' does not say of which class its points are", data_->path()),
                        "give it labels: `labels` of source/idx, labelled: true of source/mixture");
    if (*data_->classes() < 2)
      return plan.fault("data", fmt::format("the points of '{}' are all of one class", data_->path()));
    if (distinct_() && !data_->size())
      return plan.fault(
          "distinct",
          fmt::format("distinct rows are items of a finite set, and '{}' is a law: each of its "
                      "points is drawn anew",
                      data_->path()),
          "leave distinct out, or take a set: data: {plugin: source/sample, of: ..., count: N}");
    network_->plan_for(signature(), plan);
  }

  weir::Shape shape() const override { return data_->shape(); }
  weir::Domain domain() const override {
    return {data_->shape(), {{"label", {.shape = {}, .classes = *data_->classes()}}}};
  }
  bool takes_field() const override { return false; }
  weir::Params init(weir::Rng& rng) const override {
    return network_->init(signature(), rng).prefixed(prefix);
  }
  bool taped() const override { return network_->taped(); }
  std::optional<std::int64_t> most_rows() const override {
    return distinct_() ? data_->size() : std::nullopt;
  }
  std::optional<Own> network() const override { return Own{&*network_, signature(), prefix}; }

  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override {
    weir::Rng rows = rng.at("rows");
    if (distinct_()) return {distinct_rows(n, rows), {}};
    return {weir::drawn_from(*data_, n, rows), {}};
  }

  weir::Loss loss(const weir::Field&, const weir::Params& params, const weir::Sample& sample) const override {
    const Tensor logits = network_->forward(params.under(prefix), {{"x", sample.batch.x0()}});
    const Tensor label = sample.batch.context.at("label");
    return -at::log_softmax(logits, 1).gather(1, label.unsqueeze(1)).squeeze(1);
  }

 private:
  weir::Batch distinct_rows(std::int64_t n, weir::Rng& rng) const {
    if (n > *data_->size())
      throw std::invalid_argument(fmt::format(
          "{} distinct rows are asked of '{}', which has {} items: take fewer, or leave distinct out", n,
          data_->path(), *data_->size()));
    weir::Batch batch;
    batch.id = rng.permutation(*data_->size()).narrow(0, 0, n);
    batch.points = {data_->items(batch.id)};
    batch.items = {batch.id};
    batch.unit = at::arange(n, batch.id.options());
    batch.context["label"] = data_->labels().index_select(0, batch.id);
    return batch;
  }
};

}  // namespace

WEIR_PLUGIN(Classification, "Cross entropy of a network that tells classes apart")
