// plugins/metric/token_law.cpp -- how often each word of tokens comes, beside a law of words.
//
//   total_variation = ( sum_k | n_k / n - w_k | + share of the points that are no such word ) / 2
//   floor           = sum_k sqrt( w_k (1 - w_k) / (2 pi n) ): what n points that follow the law have on average, not 0
//   chi_square      = n sum_k (n_k / n - w_k)^2 / w_k; of such points of mean K - 1 and variance 2 (K - 1), for n w_k beyond some 5
//
// Source   Pearson 1900 (chi-square); the mean absolute deviation of a normal law for the floor.
// Oracle   counts by hand; under the law the mean and variance of chi_square over many sets
// Peers    none
// Shapes   generated [n, ..., V]; count [word]; the others are numbers
// Limits   the words of the law are listed
#include <cmath>
#include <map>
#include <numbers>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/facets/token_law.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/numeric/tokens.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class TokenLaw final : public weir::Metric {
  weir::Port<Tensor> generated_{this, "generated", "points, such as the ends of integrator/ctmc_euler"};
  weir::Port<weir::Source> target_{this, "target", weir::mandatory.needing<weir::TokenLaw>(),
                                   "law whose words are listed, as source/categorical"};
  weir::Output<Tensor> variation_{this, "total_variation", "1",
                                  "total variation between the points and the law"};
  weir::Output<Tensor> floor_{this, "floor", "1", "what as many points of the law itself have on average"};
  weir::Output<Tensor> chi_square_{this, "chi_square", "1",
                                   "Pearson's statistic of the points beside the law"};
  weir::Output<Tensor> count_{this, "count", "1", "points that are each word", "int64"};

 public:
  void plan(weir::Plan& plan) override {
    const auto law = weir::facet<weir::TokenLaw>(*target_);
    if (!law->words.defined())
      return plan.fault("target", "the words of '" + target_->path() + "' are not listed",
                        "use source/categorical with words");
    const weir::Shape& points = generated_.shape();
    if (points.empty() || weir::Shape(points.begin() + 1, points.end()) != target_->shape())
      return plan.fault(
          "generated",
          fmt::format("points of [{}] are not words of '{}', which are [{}]", fmt::join(points, ", "),
                      target_->path(), fmt::join(target_->shape(), ", ")),
          "give it points of that shape");
    for (auto* output : {&variation_, &floor_, &chi_square_}) output->plan({}, {});
    count_.plan({law->words.size(0)}, {"word"});
  }

  void run(weir::Run&) override {
    const auto law = weir::facet<weir::TokenLaw>(*target_);
    const Tensor tokens = weir::tokens_of(generated_(), "the points of '" + path() + "'").cpu();
    const Tensor& w = law->probability;
    std::map<std::vector<std::int64_t>, std::int64_t> number;
    const auto word = [](const Tensor& row) {
      return std::vector<std::int64_t>(row.const_data_ptr<std::int64_t>(),
                                       row.const_data_ptr<std::int64_t>() + row.numel());
    };
    const Tensor words = law->words.contiguous(), rows = tokens.contiguous();
    for (std::int64_t k = 0; k < words.size(0); ++k) number[word(words[k])] = k;
    Tensor count = at::zeros({words.size(0)}, at::kLong);
    auto* counted = count.mutable_data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < rows.size(0); ++i)
      if (const auto found = number.find(word(rows[i])); found != number.end()) ++counted[found->second];
    const double n = static_cast<double>(rows.size(0));
    const Tensor frequency = count.to(at::kDouble) / n, off = frequency - w;
    const double outside = 1 - frequency.sum().item<double>();
    const auto scalar = [](double value) { return at::scalar_tensor(value, at::kDouble); };
    variation_.set(scalar((off.abs().sum().item<double>() + outside) / 2));
    floor_.set((w * (1 - w) / (2 * std::numbers::pi * n)).sqrt().sum());
    chi_square_.set(n * (off.square() / w).sum());
    count_.set(count);
  }
};

}  // namespace

WEIR_PLUGIN(TokenLaw, "How often each word of tokens comes, beside a law of words")
