// tests/front/node_key.test.cpp -- which changes make a node's result another one.
#include <catch2/catch.hpp>

#include <weir/front/plugins/digest.hpp>
#include <weir/front/sweep/node_key.hpp>

#include "laboratory.hpp"

namespace {

std::string key(const std::string& node, const std::vector<std::pair<std::string, std::string>>& set = {}) {
  weir::PipelineOptions options;
  options.set = set;
  return weir::node_key(laboratory::graph_of(laboratory::rotation, options), node);
}

}  // namespace

TEST_CASE("a key is 32 hex digits and the same each time", "[front][key]") {
  CHECK(key("train").size() == 32);
  CHECK(key("train").find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(key("train") == key("train"));
}

TEST_CASE("a key follows everything before the node and nothing after it", "[front][key]") {
  for (const char* path : {"train.steps", "train.model.width", "train.probes.variance.bins", "base.dim",
                           "pairs.draw.fixed", "seed"}) {
    INFO(path);
    CHECK(key("train", {{path, "77"}}) != key("train"));
  }
  CHECK(key("train", {{"dtype", "float64"}}) != key("train"));
  CHECK(key("train", {{"device", "cpu"}}) != key("train"));
  CHECK(key("train", {{"threads", "2"}}) != key("train"));
  CHECK(key("train", {{"base.seed", "2"}}) != key("train"));
  CHECK(key("flow", {{"flow.field", "train.ema"}}) != key("flow"));
  CHECK(key("train", {{"flow.steps", "77"}}) == key("train"));
  CHECK(key("train", {{"train.note", "only words"}}) == key("train"));
  CHECK(key("train", {{"name", "other"}}) == key("train"));
  CHECK(key("train", {{"train.steps", "8e3"}}) == key("train"));  // the same value, written otherwise
}

TEST_CASE("a key follows the bytes of the plugin's library", "[front][key]") {
  const laboratory::Folder folder;
  weir::PluginSchema schema = *laboratory::registry().plugin("source/gaussian");
  const auto key_with = [&](const std::string& bytes) {
    schema.library = folder.write(bytes + ".so", bytes).string();
    const auto file = folder.write("p.yaml", "nodes:\n  base: {plugin: source/gaussian, dim: 2}\n");
    return weir::node_key(weir::read_pipeline(file, weir::Registry({schema})), "base");
  };
  CHECK(key_with("one") != key_with("two"));
  CHECK(key_with("one") == key_with("one"));
}

TEST_CASE("an unknown node has no key", "[front][key]") {
  CHECK_THROWS_AS(key("nobody"), std::invalid_argument);
}

TEST_CASE("SHA-256 gives the digests of FIPS 180-4's examples", "[front][key]") {
  CHECK(weir::sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(weir::sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  const laboratory::Folder folder;
  CHECK(weir::file_sha256(folder.write("f", "abc")) == weir::sha256("abc"));
  CHECK(weir::file_sha256(folder.path() / "none").empty());
}
