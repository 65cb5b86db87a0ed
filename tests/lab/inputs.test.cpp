// tests/lab/inputs.test.cpp -- what a run reads it never writes, under whatever name.
#include <catch2/catch.hpp>

#include "../cli/scratch_folder.hpp"
#include "lab/records/inputs.hpp"
#include "system/exit.hpp"

namespace fs = std::filesystem;
using namespace weir::tools;

namespace {

bool refused(const fs::path& written, const fs::path& input) {
  try {
    refuse_inputs({written}, {input});
    return false;
  } catch (const CommandError& error) {
    CHECK(error.code() == invalid);
    return true;
  }
}

}  // namespace

TEST_CASE("An input is known by what it is: through links, other names and folders above it") {
  const ScratchFolder scratch;
  const fs::path file = scratch.write("data/pairs.h5", "x"), folder = scratch.path();
  fs::create_symlink("data/pairs.h5", folder / "link");
  fs::create_directory_symlink("data", folder / "other");
  fs::create_hard_link(file, folder / "hard");
  for (const fs::path& name : {file, folder / "link", folder / "other/pairs.h5", folder / "hard",
                               folder / "data/../data/pairs.h5", folder / "data", fs::relative(file)}) {
    CHECK(refused(name, file));
    if (!fs::is_directory(name)) CHECK(refused(file, name));
  }
  scratch.write("data/else.h5", "x");
  CHECK_FALSE(refused(folder / "data/else.h5", file));
  CHECK_FALSE(refused(folder / "none.h5", file));
  CHECK_FALSE(refused(file, folder / "none.h5"));
  CHECK_FALSE(
      refused(folder / "data/else.h5", folder / "data"));  // beside the images of a folder that is read
}

TEST_CASE("The refusal names both") {
  const ScratchFolder scratch;
  const fs::path file = scratch.write("a.h5", "x"), link = scratch.path() / "b.h5";
  fs::create_symlink("a.h5", link);
  CHECK_THROWS_WITH(
      refuse_inputs({file}, {file}),
      file.string() +
          " is read by this run, and what a run reads it never writes; name another place with -o");
  CHECK_THROWS_WITH(refuse_inputs({link}, {file}),
                    link.string() + " is read by this run, as " + file.string() +
                        ", and what a run reads it never writes; name another place with -o");
}

TEST_CASE("Checkpoints are replaced as a folder") {
  const ScratchFolder scratch;
  const fs::path kept = scratch.write("out.h5.checkpoint/train.h5", "x");
  CHECK_THROWS_AS(refuse_inputs(written_with(scratch.path() / "out.h5"), {kept}), CommandError);
}
