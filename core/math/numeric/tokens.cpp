// core/math/numeric/tokens.cpp -- words as points, and back.
#include <weir/math/numeric/tokens.hpp>

#include <stdexcept>

namespace weir {

Tensor tokens_of(const Tensor& x, const std::string& what) {
  const Tensor rows = x.reshape({x.size(0), -1, x.size(-1)});
  const auto [most, token] = rows.max(2);
  if (!((most == 1) & (rows.ne(0).sum(2) == 1)).all().item<bool>())
    throw std::runtime_error(
        what +
        " are not tokens: each row along the last axis is one 1 among zeros; take points of "
        "source/categorical");
  return token;
}

Tensor one_hot(const Tensor& tokens, std::int64_t categories, const at::TensorOptions& options) {
  return at::one_hot(tokens, categories).to(options);
}

}  // namespace weir
