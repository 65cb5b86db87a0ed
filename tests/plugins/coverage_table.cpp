// tests/plugins/coverage_table.cpp -- what the errors cover, as CONTRIBUTING.md has it:  weir_tests "[coverage_table]"
#include <fmt/format.h>

#include "coverage.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;

constexpr int repeats = 2000;

std::string cell(const Coverage& of) {
  return of.missing > 0 ? "NaN" : fmt::format("{:.3f} ({:.2f})", of.covered, of.ratio);
}

// One row for each thing measured, one column for each size.
template <class Sizes, class Of>
void row(const std::string& what, const Sizes& sizes, const Of& of) {
  std::string line = "| " + what;
  for (const auto size : sizes) line += " | " + of(size);
  fmt::print("{} |\n", line);
  std::fflush(stdout);
}

template <class Sizes>
void head(const std::string& title, const Sizes& sizes) {
  std::string names = "| " + title, rule = "| ---";
  for (const auto size : sizes) names += fmt::format(" | {}", size), rule += " | ---";
  fmt::print("\n{} |\n{} |\n", names, rule);
}

}  // namespace

TEST_CASE("The table of what the errors cover", "[.][slow][coverage_table]") {
  const std::vector<std::int64_t> sizes = {2, 3, 4, 8, 16, 64, 256, 1024};
  const auto fewer = [](std::int64_t size) { return int(std::min<std::int64_t>(repeats, 400000 / size)); };

  head("`probe/gradient_variance` total, rows", sizes);
  for (const GradientLaw& law : gradient_laws())
    row(law.name, sizes, [&](std::int64_t batch) { return cell(of_one_batch(law, batch, repeats)); });

  const std::vector<std::int64_t> replicates = {2, 3, 5, 10};
  for (const std::int64_t batch : {2, 64}) {
    head(fmt::format("`metric/gradient_variance` total; replicated, batch {}, replicates", batch),
         replicates);
    for (const GradientLaw& law : gradient_laws())
      row(law.name, replicates, [&](std::int64_t r) {
        const OverReplicates found = over_replicates(law, batch, r, repeats / 2);
        return cell(found.total) + "; " + cell(found.replicated);
      });
  }

  head("a mean: `probe/loss` total, rows", sizes);
  for (const int squares : {4, 1})
    row(fmt::format("squares of {} normal numbers", squares), sizes,
        [&](std::int64_t batch) { return cell(of_loss(squares, batch, repeats)); });

  const std::vector<std::int64_t> points = {5, 8, 16, 64, 256, 1024};
  head("`metric/mmd` mmd2, points", points);
  for (const double shift : {0.0, 0.3, 1.0})
    row(fmt::format("N(0, 1), N({}, 1)", shift), points,
        [&](std::int64_t n) { return cell(of_mmd(shift, n, std::min(fewer(n), repeats / 4))); });

  head("`metric/field_error` relative, samples", sizes);
  for (const bool heavy : {false, true})
    row(heavy ? "error grows as the square" : "error in one direction", sizes,
        [&](std::int64_t n) { return cell(of_field_error(heavy, n, repeats / 2)); });

  head("`metric/memorisation` share, pairs", sizes);
  for (const double probability : {0.5, 0.9, 0.98})
    row(fmt::format("{} recalled", probability), sizes,
        [&](std::int64_t n) { return cell(of_recall(probability, n, std::min(fewer(n), repeats / 4))); });

  const std::vector<std::int64_t> directions = {2, 3, 4, 8, 16, 64, 256};
  head("`metric/w2` sliced_w2_squared, directions", directions);
  row("two normal sets in space", directions,
      [&](std::int64_t n) { return cell(of_sliced_w2(n, std::min(fewer(n), repeats / 4))); });
}
