// tests/record/in_place.test.cpp -- a record that is taken away while it is written.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include <weir/record/reader.hpp>
#include "../cli/scratch_folder.hpp"
#include "dummy_run.hpp"

namespace fs = std::filesystem;
using weir::Recorder;

namespace {

// The words with which the next commit after `deed` ends. In a process of its own: what HDF5 was left with there it would
// compare, by device and inode, with the files of later tests.
std::string after(const fs::path& file, const std::function<void()>& deed) {
  const ScratchFolder scratch;
  const int end = dummy::wait(dummy::start([&] {
    Recorder recorder(file, Recorder::Mode::create, dummy::spec());
    dummy::train(recorder, 0, 300);
    recorder.commit();
    deed();
    dummy::train(recorder, 300, 350);
    try {
      recorder.commit();
    } catch (const weir::RecordError& error) {
      scratch.write("words", error.what());
      return 4;
    }
    return 0;
  }));
  return end == 0 ? "committed" : scratch.read("words");
}

}  // namespace

TEST_CASE("A record that stays in its place is written on, and so is one behind a link",
          "[record][in_place]") {
  const dummy::Folder folder;
  CHECK(after(folder / "run.h5", [] {}) == "committed");
  fs::create_symlink("real.h5", folder / "link.h5");
  CHECK(after(folder / "link.h5", [] {}) == "committed");
  CHECK(dummy::verify(folder / "real.h5") == 350);
}

TEST_CASE("A removed record is put back with all of its rows, and goes on", "[record][in_place]") {
  const dummy::Folder folder;
  const fs::path file = folder / "run.h5";
  CHECK(after(file, [&] { fs::remove(file); }) ==
        file.string() +
            ": it was removed while it was written; what it held was put back: the same command goes on");
  CHECK(dummy::verify(file) == 350);
  CHECK(weir::inspect_record(file).status == "interrupted");

  Recorder recorder(file, Recorder::Mode::resume, dummy::spec(), dummy::kept(350));
  dummy::train(recorder, 350, 400);
  dummy::write_tensors(recorder);
  recorder.finish("finished");
  CHECK(dummy::verify(file) == 400);
}

TEST_CASE("A record whose place was taken is saved beside it, and what took it stays", "[record][in_place]") {
  const dummy::Folder folder;
  const fs::path file = folder / "run.h5";
  std::ofstream(folder / "run.h5.saved-1") << "mine";
  const std::string said = after(file, [&] {
    std::ofstream(folder / "other") << "other";
    fs::rename(folder / "other", file);
  });
  CHECK(said == file.string() + ": another file took its place while it was written; what it held is now " +
                    file.string() + ".saved-2: move it back and give the same command again, which goes on");
  CHECK(fs::file_size(file) == 5);
  CHECK(dummy::verify(file.string() + ".saved-2") == 350);
}

TEST_CASE("A record that was moved is whole where it is now", "[record][in_place]") {
  const dummy::Folder folder;
  const fs::path file = folder / "run.h5", moved = folder / "moved.h5";
  CHECK(after(file, [&] { fs::rename(file, moved); }) ==
        file.string() +
            ": it was moved away while it was written; move it back and give the same command again, which "
            "goes on");
  CHECK(dummy::verify(moved) == 350);
  CHECK_FALSE(fs::exists(file));
}

TEST_CASE("A record that cannot be put back is said to be lost, with the cause", "[record][in_place]") {
  const dummy::Folder folder;
  fs::create_directory(folder / "deep");
  const fs::path file = folder / "deep/run.h5";
  CHECK_THAT(
      after(file, [&] { fs::remove_all(folder / "deep"); }),
      Catch::StartsWith(file.string() +
                        ": it was removed while it was written, and could not be put back: cannot write "));
}
