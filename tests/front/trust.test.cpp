// tests/front/trust.test.cpp -- whose plugins are loaded.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <weir/front/plugins/registry.hpp>
#include <weir/front/plugins/trust.hpp>

#include "laboratory.hpp"

namespace fs = std::filesystem;
using laboratory::Folder;

namespace {

weir::Faults faults(const fs::path& named, const std::vector<fs::path>& trusted) {
  return weir::distrusted({{named, {"p.yaml", 1, 12, 4}}}, trusted);
}

}  // namespace

TEST_CASE("A folder is trusted if it, or one that it lies in, is named; links are followed",
          "[front][trust]") {
  const Folder folder;
  const fs::path mine = folder.path() / "mine", theirs = folder.path() / "mine_too";
  fs::create_directories(mine / "deep");
  fs::create_directories(theirs);
  fs::create_directory_symlink(theirs, mine / "link");
  CHECK(faults(mine, {mine}).empty());
  CHECK(faults(mine / "deep", {mine}).empty());
  CHECK(faults(mine / "deep" / ".." / "deep", {mine / ""}).empty());
  CHECK(faults(mine / "link", {theirs}).empty());
  CHECK(faults(mine / "link", {mine}).size() == 1);  // leads out of it
  CHECK(faults(mine / "..", {mine}).size() == 1);
  CHECK(faults(theirs, {mine}).size() == 1);  // begins with the same letters
  CHECK(faults(mine, {}).size() == 1);
}

TEST_CASE("A folder that is not trusted is a fault at its place, which says how to trust it",
          "[front][trust]") {
  const Folder folder;
  ::setenv("XDG_CONFIG_HOME", folder.path().c_str(), 1);
  const weir::Faults found = faults("/opt/their plugins", {});
  ::unsetenv("XDG_CONFIG_HOME");
  REQUIRE(found.size() == 1);
  CHECK(found[0].code == "W129");
  CHECK(found[0].place == weir::Place{"p.yaml", 1, 12, 4});
  CHECK(found[0].message ==
        "plugins are programs, and those of '/opt/their plugins' are loaded only if you trust it");
  CHECK(found[0].remedy == "--trust /opt/their plugins");
  REQUIRE(found[0].notes.size() == 1);
  CHECK(found[0].notes[0] ==
        "for good: a line with the folder in " + (folder.path() / "weir/trusted").string());
}

TEST_CASE("The user's setting holds a folder a line", "[front][trust]") {
  const Folder folder;
  fs::create_directories(folder.path() / "weir");
  folder.write("weir/trusted", "# mine\n/opt/a folder  \n\n  /opt/b # and why\nrelative\n");
  ::setenv("XDG_CONFIG_HOME", folder.path().c_str(), 1);
  const auto trusted = weir::trusted_folders();
  ::setenv("XDG_CONFIG_HOME", (folder.path() / "none").c_str(), 1);
  const auto none = weir::trusted_folders();
  ::unsetenv("XDG_CONFIG_HOME");
  CHECK(trusted == std::vector<fs::path>{"/opt/a folder", "/opt/b"});
  CHECK(none.empty());
}

TEST_CASE("Nobody is trusted by a file that anyone could have written", "[front][trust]") {
  const Folder folder;
  fs::create_directories(folder.path() / "open/weir");
  const fs::path file = folder.write("open/weir/trusted", "/opt/a\n");
  const auto look = [&] {
    ::setenv("XDG_CONFIG_HOME", (folder.path() / "open").c_str(), 1);
    auto found = std::pair(weir::trusted_folders(), faults("/opt/a", weir::trusted_folders()));
    ::unsetenv("XDG_CONFIG_HOME");
    return found;
  };
  CHECK(look().first.size() == 1);
  CHECK(look().second.empty());
  fs::permissions(folder.path() / "open", fs::perms::others_write, fs::perm_options::add);
  const auto [trusted, refused] = look();
  CHECK(trusted.empty());
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].notes[0] ==
        file.string() + " is not read: everyone may write to " + (folder.path() / "open").string());
}

TEST_CASE("No plugin is taken from below a folder that everyone may write to, by whatever way",
          "[front][trust]") {
  const Folder folder;
  const fs::path file = folder.write("open/deep/plugins/libweir_noise_odd.so", "not a library");
  const fs::path plugins = file.parent_path();
  fs::create_directory_symlink(plugins, folder.path() / "link");
  const auto reason = [&](const fs::path& given) {
    const auto registry = weir::Registry::find({given});
    for (const auto& rejected : registry.rejected())
      if (rejected.file == file || rejected.file == plugins)
        return rejected.by_place ? rejected.reason : "looked at";
    return std::string("taken");
  };
  for (const fs::path& given : {plugins, folder.path() / "link", file}) CHECK(reason(given) == "looked at");
  fs::permissions(folder.path() / "open", fs::perms::others_write, fs::perm_options::add);
  const std::string open = (folder.path() / "open").string();
  for (const fs::path& given : {plugins, folder.path() / "link", file})
    CHECK(reason(given) ==
          "everyone may write to " + open + ", so that anyone can put a program there; chmod o-w " + open);
}

TEST_CASE("A relative folder of WEIR_PLUGIN_PATH is passed over, and that is said", "[front][trust]") {
  ::setenv("WEIR_PLUGIN_PATH", "mine:/nowhere", 1);
  const auto registry = weir::Registry::find({});
  ::unsetenv("WEIR_PLUGIN_PATH");
  const auto found = std::ranges::find(registry.rejected(), "mine", &weir::RejectedLibrary::file);
  REQUIRE(found != registry.rejected().end());
  CHECK(found->by_place);
  CHECK(found->reason ==
        "WEIR_PLUGIN_PATH names it: it is relative, and would mean another folder in each working directory");
}

TEST_CASE("No plugin is taken from a file or folder that everyone may write to", "[front][trust]") {
  const Folder folder;
  const fs::path file = folder.write("libweir_noise_odd.so", "not a library");
  const auto reason = [&] {
    const auto registry = weir::Registry::find({folder.path()});
    for (const auto& [rejected, why, by_place] : registry.rejected())
      if (rejected == file || rejected == folder.path()) return why;
    return std::string("taken");
  };
  CHECK(reason().find("everyone") == std::string::npos);  // it is no library, which is another matter
  fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
  CHECK(reason() == "everyone may write to " + file.string() +
                        ", so that anyone can put a program there; chmod o-w " + file.string());
  fs::permissions(file, fs::perms::others_write, fs::perm_options::remove);
  fs::permissions(folder.path(), fs::perms::others_write, fs::perm_options::add);
  CHECK(reason().starts_with("everyone may write to " + folder.path().string() + ", "));
}
