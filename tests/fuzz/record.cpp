// tests/fuzz/record.cpp -- a record with bytes changed: every way to read it ends with numbers or with a RecordError.
#include <cstdlib>
#include <cstring>

#include <weir/record/info.hpp>
#include <weir/record/reader.hpp>
#include <weir/record/salvage.hpp>
#include <weir/record/verify.hpp>

#include "../record/dummy_run.hpp"
#include "edits.hpp"

namespace {

// A finished record, and one whose writer died.
std::string base(bool finished) {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  weir::Recorder recorder(file, weir::Recorder::Mode::create, dummy::spec());
  dummy::train(recorder, 0, 300);
  dummy::write_tensors(recorder);
  recorder.commit();
  const std::string unfinished = fuzz::bytes_of(file);
  recorder.finish("finished");
  return finished ? fuzz::bytes_of(file) : unfinished;
}

template <class Work>
void tried(const Work& work) {
  try {
    work();
  } catch (const weir::RecordError& error) {
    if (std::strlen(error.what()) == 0) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string finished = base(true), unfinished = base(false);
  static const fuzz::Scratch scratch("run.h5"), salvaged("whole.h5");
  if (size == 0) return 0;
  const std::string bytes =
      fuzz::edited(data[0] % 2 ? finished : unfinished, std::span(data, size).subspan(1));
  const auto& file = scratch.with(bytes);
  tried([&] { weir::inspect_record(file); });
  tried([&] { weir::info(file); });
  tried([&] { weir::verify_record(file); });
  tried([&] {
    std::filesystem::remove(salvaged.file());
    weir::salvage_record(file, salvaged.file());
    weir::verify_record(salvaged.file());
  });
  tried([&] { weir::repair_record(file); });
  scratch.with(bytes);
  tried([&] {
    weir::Recorder recorder(file, weir::Recorder::Mode::resume, dummy::spec(), dummy::kept(300));
    dummy::train(recorder, 300, 320);
    recorder.finish("finished");
    // Whatever was changed: a run that goes on has the rows that it would have had.
    if (dummy::verify(file) != 320) std::abort();
  });
  return 0;
}
