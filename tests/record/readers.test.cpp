// tests/record/readers.test.cpp -- the record in h5py, xarray, netCDF, Octave and R; each where installed.
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "dummy_run.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using weir::Recorder;

namespace {

const std::string scripts = std::string(WEIR_SOURCE_DIR) + "/tests/record/";

std::string python() {
  const char* chosen = std::getenv("WEIR_PYTHON");
  return chosen ? chosen : "python3";
}

struct Outcome {
  int code;
  std::string text;
};

// Ended after two minutes: the programs have no limit of their own.
Outcome shell(const std::string& command) {
  Outcome outcome{-1, ""};
  ::setenv("WEIR_TEST_COMMAND", command.c_str(), 1);
  FILE* pipe = ::popen("timeout -k 5 120 sh -c \"$WEIR_TEST_COMMAND\" 2>&1", "r");
  std::array<char, 4096> buffer{};
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    outcome.text.append(buffer.data(), n);
  outcome.code = ::pclose(pipe);
  return outcome;
}

bool installed(const std::string& name, const std::string& probe) {
  if (shell(probe).code == 0) return true;
  WARN(name << " is not installed: not tested with it");
  return false;
}

void make(const std::filesystem::path& file) {
  Recorder recorder(file, Recorder::Mode::create, dummy::spec());
  dummy::train(recorder, 0, 700);
  dummy::write_tensors(recorder);
  recorder.finish("finished");
}

void require_read(const std::string& command) {
  const Outcome outcome = shell(command);
  INFO(command << "\n" << outcome.text);
  REQUIRE(outcome.code == 0);
  REQUIRE_THAT(outcome.text, Contains("read\n"));
}

}  // namespace

TEST_CASE("h5py reads a record", "[record][readers][slow]") {
  if (!installed("h5py", python() + " -c 'import h5py'")) return;
  const dummy::Folder folder;
  make(folder / "run.h5");
  require_read(python() + " " + scripts + "readers.py h5py " + (folder / "run.h5").string());
}

TEST_CASE("h5py follows a run that goes on", "[record][readers][slow]") {
  if (!installed("h5py", python() + " -c 'import h5py'")) return;
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  const pid_t writer = dummy::start([&] {
    Recorder recorder(file, Recorder::Mode::create, dummy::spec());
    for (std::int64_t step = 0; !std::filesystem::exists(folder / "enough"); step += 23) {
      dummy::train(recorder, step, step + 23);
      recorder.commit();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    recorder.finish("finished");
    return 0;
  });
  REQUIRE(dummy::await(writer, [&] { return std::filesystem::exists(file); }));
  require_read(python() + " " + scripts + "readers.py live " + file.string() + " " +
               (folder / "enough").string());
  CHECK(dummy::wait(writer) == 0);
}

TEST_CASE("xarray sees named axes and coordinates", "[record][readers][slow]") {
  if (!installed("xarray", python() + " -c 'import xarray; import importlib.util as u; assert "
                                      "u.find_spec(\"h5netcdf\") or u.find_spec(\"netCDF4\")'"))
    return;
  const dummy::Folder folder;
  make(folder / "run.h5");
  require_read(python() + " -W ignore " + scripts + "readers.py xarray " + (folder / "run.h5").string());
}

TEST_CASE("ncdump shows groups, axes, units and attributes", "[record][readers][slow]") {
  if (!installed("ncdump", "command -v ncdump")) return;
  const dummy::Folder folder;
  make(folder / "run.h5");
  // Headers of all and values of the numbers: netCDF 4.9.0 reads only the first text of a column and crashes
  // on the second, in any HDF5 file.
  const Outcome outcome = shell("ncdump -v value,step,x0,id,end " + (folder / "run.h5").string());
  INFO(outcome.text.substr(0, 2000));
  REQUIRE(outcome.code == 0);
  for (const auto* line : {"group: variance {", "float value(step, time) ;", "value:units = \"1\" ;",
                           ":plugin = \"trainer/gradient\" ;", ":steps = 8000LL ;",
                           "float x0(pair, feature) ;", "pair = UNLIMITED ; // (300 currently)",
                           "end:end_reason = \"singular at t = 1/2\" ;", " id = 0, 1, 4, 9, 16,"})
    CHECK_THAT(outcome.text, Contains(line));
}

TEST_CASE("Octave loads a record", "[record][readers][slow]") {
  if (!installed("Octave", "command -v octave-cli")) return;
  const dummy::Folder folder;
  make(folder / "run.h5");
  require_read("FILE=" + (folder / "run.h5").string() + " octave-cli --no-init-file -q " + scripts +
               "readers.m");
}

TEST_CASE("R reads a record with hdf5r", "[record][readers][slow]") {
  if (!installed("R with hdf5r", "Rscript -e 'library(hdf5r)'")) return;
  const dummy::Folder folder;
  make(folder / "run.h5");
  require_read("Rscript " + scripts + "readers.R " + (folder / "run.h5").string());
}
