// core/front/pch.hpp -- precompiled: JSON, text and the C++ library, for all that is free of LibTorch.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>
