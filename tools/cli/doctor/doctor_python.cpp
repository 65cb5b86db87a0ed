// tools/cli/doctor/doctor_python.cpp -- weir doctor: what `weir report` needs.
#include <fmt/format.h>

#include <sstream>

#include <weir/os/child.hpp>

#include <system/python.hpp>
#include "doctor.hpp"

namespace weir::tools {
namespace {

// Lines "name version", and "name" alone for what cannot be used. Left alone, Matplotlib makes a folder in the user's home.
const char* const question = R"(import importlib, os, sys, tempfile
print("Python", sys.version.split()[0])
with tempfile.TemporaryDirectory() as folder:
    os.environ.setdefault("MPLCONFIGDIR", folder)
    for name in ("h5py", "matplotlib", "jinja2"):
        try: print(name, importlib.import_module(name).__version__)
        except Exception: print(name)
)";

}  // namespace

std::vector<Finding> examine_python() {
  const std::string python = python_program();
  const os::ChildOutput answer = os::run_child({"/usr/bin/env", {python, "-c", question}}, 60);
  if (!answer.good())
    return {{Health::warning, "report",
             fmt::format("{} cannot be started, and weir report needs Python", python),
             "apt-get install python3-h5py python3-matplotlib python3-jinja2, or name another Python by "
             "WEIR_PYTHON"}};
  std::string there, missing, packages;
  std::istringstream lines(answer.output);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, version;
    words >> name >> version;
    if (version.empty()) {
      missing += (missing.empty() ? "" : " and ") + name;
      packages += " python3-" + name;
    } else {
      there += (there.empty() ? "" : ", ") + name + " " + version;
    }
  }
  std::vector<Finding> findings;
  if (missing.empty())
    findings.push_back({Health::fine, "report", fmt::format("{}: {}", python, there)});
  else
    findings.push_back(
        {Health::warning, "report", fmt::format("{} lacks {}, and weir report needs it", python, missing),
         fmt::format("apt-get install{}, or name a Python that has them by WEIR_PYTHON", packages)});
  const os::ChildOutput dot = os::run_child({"/usr/bin/env", {"dot", "-V"}}, 60);
  if (dot.good())
    findings.push_back({Health::fine, "graphviz", dot.errors.substr(0, dot.errors.find('\n'))});
  else
    findings.push_back({Health::warning, "graphviz",
                        "not installed; reports list the graph's nodes and do not draw them",
                        "apt-get install graphviz"});
  return findings;
}

}  // namespace weir::tools
