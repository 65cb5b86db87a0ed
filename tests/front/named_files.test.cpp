// tests/front/named_files.test.cpp -- a file that a parameter names counts by what is in it.
#include <catch2/catch.hpp>

#include <weir/front/plugins/digest.hpp>
#include <weir/front/sweep/named_files.hpp>
#include <weir/front/sweep/node_key.hpp>

#include "laboratory.hpp"

namespace {

// source/files with the parameters `file` and `folder`, both paths, in a pipeline beside them.
weir::Graph graph_in(const laboratory::Folder& folder, const std::string& params) {
  weir::PluginSchema schema = *laboratory::registry().plugin("source/gaussian");
  schema.name = "files";
  schema.params.clear();
  for (const char* name : {"file", "folder"}) {
    weir::ParamSchema param;
    param.name = name;
    param.type = weir::ParamType::path;
    schema.params.push_back(param);
  }
  const auto file = folder.write("p.yaml", "nodes:\n  base: {plugin: source/files" + params + "}\n");
  return weir::read_pipeline(file, weir::Registry({schema}));
}

}  // namespace

TEST_CASE("A record's pipeline holds the SHA-256 of each file that a parameter names", "[front][files]") {
  const laboratory::Folder folder;
  const std::string file = folder.write("net.pt", "abc").string();
  const weir::Graph graph = graph_in(folder, ", file: net.pt, folder: .");
  CHECK(weir::recorded_json(graph)["files"] == nlohmann::json{{file, weir::sha256("abc")}});
  CHECK_FALSE(weir::resolved_json(graph).contains("files"));
}

TEST_CASE("What is no file has no SHA-256", "[front][files]") {
  const laboratory::Folder folder;
  for (const char* params : {", file: absent.pt", ", folder: .", ""}) {
    INFO(params);
    const weir::Graph graph = graph_in(folder, params);
    CHECK(weir::recorded_json(graph) == weir::resolved_json(graph));
  }
}

TEST_CASE("A folder counts by the images in it, or in its folders, and by nothing else there",
          "[front][files]") {
  const laboratory::Folder folder;
  std::filesystem::create_directories(folder.path() / "pictures/cat");
  const auto made = [&] {
    const weir::Graph graph = graph_in(folder, ", folder: pictures");
    return std::pair(weir::recorded_json(graph)["files"].dump(), weir::node_key(graph, "base"));
  };
  const auto empty = made();
  folder.write("pictures/cat/a.png", "abc");
  const auto below = made();
  CHECK(below != empty);
  folder.write("pictures/run.h5", "results");
  folder.write("pictures/.hidden.png", "x");
  CHECK(made() == below);
  folder.write("pictures/cat/a.png", "abd!");
  CHECK(made() != below);
  folder.write("pictures/b.JPG", "abc");
  const auto direct = made();
  CHECK(direct.first == nlohmann::json{{(folder.path() / "pictures").string(),
                                        weir::sha256(weir::sha256("abc") + "  b.JPG\n")}}
                            .dump());
  folder.write("pictures/cat/a.png", "abcde");  // not read: the folder has images itself
  CHECK(made() == direct);
}

TEST_CASE("Another content of a file is another record and another key", "[front][files]") {
  const laboratory::Folder folder;
  const auto with = [&](const std::string& bytes) {
    folder.write("net.pt", bytes);
    const weir::Graph graph = graph_in(folder, ", file: net.pt");
    return std::pair(weir::recorded_json(graph), weir::node_key(graph, "base"));
  };
  const auto first = with("abc"), longer = with("abcd"), again = with("abc");
  CHECK(longer.first != first.first);
  CHECK(longer.second != first.second);
  CHECK(again == first);
}
