// core/pch.hpp -- precompiled: ATen, JSON and the C++ library, which every plugin needs.
#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>
