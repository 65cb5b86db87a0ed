// plugins/source/categorical.cpp -- words of tokens, each token a row of one 1 among zeros: what discrete flows go between.
//
//   x = (e_{a_1}, ..., e_{a_L}),  e_a the a-th row of the identity of V categories
//   words     P(a) = w_k for the k-th of the words that are given
//   uniform   P(a) = V^-L, every token on its own
//   mask      a_l = V - 1 for every l: the last category stands for a token that is not there yet
//
// Source   Campbell et al., arXiv 2402.04997, and Gat et al., arXiv 2407.15595: uniform and mask as laws of x_0.
// Oracle   the binomial law of each word's count over several seeds; tokens back to words
// Peers    flow_matching: x_0 = torch.randint or full of the mask token in its discrete examples
// Shapes   items {L, V}
// Limits   words are held in memory; with law: mask the data have V categories too, of which the last is nowhere in them
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/facets/token_law.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/math/numeric/tokens.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Categorical final : public weir::Source {
  weir::Param<std::int64_t> categories_{this, "categories", weir::required, weir::between(2, 65536),
                                        "V, with the mask where there is one"};
  weir::Param<weir::Matrix> words_{this, "words", weir::absent,
                                   "words, one row of token numbers from 0 to V - 1 each"};
  weir::Param<weir::Numbers> weights_{this, "weights", weir::absent, weir::positive,
                                      "weight of each word, all alike if not given"};
  weir::Param<std::string> law_{this, "law", weir::absent, weir::one_of({"uniform", "mask"}),
                                "instead of words: every token uniform, or every one the mask"};
  weir::Param<std::int64_t> length_{this, "length", weir::absent, weir::between(1, 1e6),
                                    "L, tokens of a word, with `law`"};
  weir::Facet<weir::TokenLaw> token_law_{this, [this] { return known_; }};

  weir::TokenLaw known_;
  Tensor cumulative_;  // of the words' probabilities

 public:
  void plan(weir::Plan& plan) override {
    if (words_.given() == law_.given())
      return plan.fault("", "a law of tokens is given by its words or by name, one of the two",
                        "write words: [[0, 1], [1, 0]], or law: uniform with a length");
    if (law_.given()) return plan_law(plan);
    if (length_.given()) return plan.fault("length", "words have their length already", "remove length");
    std::vector<Tensor> rows;
    for (const std::vector<double>& word : words_()) rows.push_back(at::tensor(word, at::kDouble));
    const Tensor words = at::stack(rows);
    const Tensor wrong = words.lt(0) | words.ge(static_cast<double>(categories_())) | words.ne(words.floor());
    if (wrong.any().item<bool>())
      return plan.fault("words",
                        fmt::format("{} is no token: they are whole numbers from 0 to {}",
                                    words.masked_select(wrong)[0].item<double>(), categories_() - 1),
                        "raise categories, or number the tokens from 0");
    known_.words = words.to(at::kLong);
    const auto count = known_.words.size(0);
    if (std::get<0>(at::unique_dim(known_.words, 0)).size(0) != count)
      return plan.fault("words", "a word is there twice", "give it once, with the sum of the weights");
    if (weights_.given() && static_cast<std::int64_t>(weights_().size()) != count)
      return plan.fault("weights", fmt::format("{} weights for {} words", weights_().size(), count),
                        "give one for each word");
    const Tensor weights =
        weights_.given() ? at::tensor(weights_(), at::kDouble) : at::ones({count}, at::kDouble);
    known_.probability = weights / weights.sum();
    cumulative_ = known_.probability.cumsum(0);
  }

  weir::Shape shape() const override {
    return {known_.each.defined() ? known_.each.size(0) : known_.words.size(1), categories_()};
  }

  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    return weir::one_hot(tokens(n, rng).to(options().device()), categories_(), options());
  }

 private:
  void plan_law(weir::Plan& plan) {
    if (weights_.given()) return plan.fault("weights", "weights are of words", "remove weights");
    if (!length_.given())
      return plan.fault("length", fmt::format("law: {} needs the number of tokens of a word", law_()),
                        "write, for example, length: 16");
    known_.each = at::zeros({length_(), categories_()}, at::kDouble);
    if (law_() == "uniform")
      known_.each.fill_(1 / static_cast<double>(categories_()));
    else
      known_.each.select(1, categories_() - 1).fill_(1);
  }

  Tensor tokens(std::int64_t n, weir::Rng& rng) const {
    if (!law_.given()) {
      const Tensor u = rng.uniform({n}).to(at::kDouble).cpu();
      return known_.words.index_select(
          0, at::searchsorted(cumulative_, u, false, /*right=*/true).clamp_max(known_.words.size(0) - 1));
    }
    if (law_() == "uniform") return rng.integers(categories_(), {n, length_()});
    return at::full({n, length_()}, categories_() - 1, at::kLong);
  }
};

}  // namespace

WEIR_PLUGIN(Categorical, "Words of tokens: given ones, uniform ones, or masks")
