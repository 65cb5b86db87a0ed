// core/math/numeric/loops.cpp -- loops that compilers vectorise: each is compiled once for any machine, and once for AVX2.
#include <weir/math/numeric/loops.hpp>

#include <cstring>

namespace weir::loops {
namespace {

// Added up in parts of their own, and these in one order.
template <class Real, class Term>
[[gnu::always_inline]] inline double added(const Real* x, std::int64_t n, Term term) {
  constexpr std::int64_t parts = 8;
  double part[parts] = {}, rest = 0;
  std::int64_t i = 0;
  for (; i + parts <= n; i += parts)
    for (std::int64_t j = 0; j < parts; ++j) part[j] += term(static_cast<double>(x[i + j]));
  for (; i < n; ++i) rest += term(static_cast<double>(x[i]));
  return ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7])) + rest;
}

template <class Real>
[[gnu::always_inline]] inline double sum_of(const Real* x, std::int64_t n) {
  return added(x, n, [](double each) { return each; });
}

template <class Real>
[[gnu::always_inline]] inline double squares_of(const Real* x, std::int64_t n) {
  return added(x, n, [](double each) { return each * each; });
}

// A register's worth of numbers.
constexpr std::size_t bytes = 32;
template <class Real>
struct Vector {
  using Type [[gnu::vector_size(bytes)]] = Real;
};
template <class Real>
using Lanes = typename Vector<Real>::Type;
template <class Real>
constexpr std::int64_t lanes = bytes / sizeof(Real);

template <class Real>
[[gnu::always_inline]] inline void read(const Real* from, Lanes<Real>& to) {
  std::memcpy(&to, from, bytes);
}

// <x, y_k> of as many rows y_k as one reading of x serves.
template <std::int64_t count, class Real>
[[gnu::always_inline]] inline void products(const Real* x, const Real* const (&y)[count], std::int64_t n,
                                            Real (&product)[count]) {
  Lanes<Real> part[count] = {}, of_x, of_y;
  std::int64_t i = 0;
  for (; i + lanes<Real> <= n; i += lanes<Real>) {
    read(x + i, of_x);
    for (std::int64_t k = 0; k < count; ++k) {
      read(y[k] + i, of_y);
      part[k] += of_x * of_y;
    }
  }
  for (std::int64_t k = 0; k < count; ++k) {
    product[k] = 0;
    for (std::int64_t l = i; l < n; ++l) product[k] += x[l] * y[k][l];
  }
  Real each[count][lanes<Real>];
  std::memcpy(each, part, sizeof each);
  for (std::int64_t k = 0; k < count; ++k) {
    Real two[2] = {};
    for (std::int64_t j = 0; j < lanes<Real>; j += 2) two[0] += each[k][j], two[1] += each[k][j + 1];
    product[k] += two[0] + two[1];
  }
}

template <std::int64_t count, class Real>
[[gnu::always_inline]] inline double couples_of_row(const Real* a, std::int64_t in, const Real* d,
                                                    std::int64_t out, std::int64_t row,
                                                    const std::int64_t* others) {
  const Real *as[count], *ds[count];
  for (std::int64_t k = 0; k < count; ++k) as[k] = a + others[k] * in, ds[k] = d + others[k] * out;
  Real of_a[count], of_d[count];
  products(a + row * in, as, in, of_a);
  products(d + row * out, ds, out, of_d);
  double sum = 0;
  for (std::int64_t k = 0; k < count; ++k)
    sum += (static_cast<double>(of_a[k]) + 1) * static_cast<double>(of_d[k]);
  return sum;
}

template <class Real>
[[gnu::always_inline]] inline double couples_of(const Real* a, std::int64_t in, const Real* d,
                                                std::int64_t out, const std::int64_t* rows, std::int64_t m) {
  constexpr std::int64_t at_once = 4;
  double sum = 0;
  for (std::int64_t i = 0; i < m; ++i) {
    std::int64_t j = i + 1;
    for (; j + at_once <= m; j += at_once) sum += couples_of_row<at_once>(a, in, d, out, rows[i], rows + j);
    for (; j < m; ++j) sum += couples_of_row<1>(a, in, d, out, rows[i], rows + j);
  }
  return sum;
}

#if defined(__x86_64__)
bool wide() {
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
}

template <auto loop, class... Given>
[[gnu::target("avx2")]] double in_wide_registers(Given... given) {
  return loop(given...);
}

template <auto loop, class... Given>
double run(Given... given) {
  return wide() ? in_wide_registers<loop>(given...) : loop(given...);
}
#else
template <auto loop, class... Given>
double run(Given... given) {
  return loop(given...);
}
#endif

}  // namespace

double sum(const float* x, std::int64_t n) { return run<sum_of<float>>(x, n); }
double sum(const double* x, std::int64_t n) { return run<sum_of<double>>(x, n); }
double squares(const float* x, std::int64_t n) { return run<squares_of<float>>(x, n); }
double squares(const double* x, std::int64_t n) { return run<squares_of<double>>(x, n); }
double couples(const float* a, std::int64_t in, const float* d, std::int64_t out, const std::int64_t* rows,
               std::int64_t m) {
  return run<couples_of<float>>(a, in, d, out, rows, m);
}
double couples(const double* a, std::int64_t in, const double* d, std::int64_t out, const std::int64_t* rows,
               std::int64_t m) {
  return run<couples_of<double>>(a, in, d, out, rows, m);
}

}  // namespace weir::loops
