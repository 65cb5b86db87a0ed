// tests/check/own.test.cpp -- plugins of this build pass `weir plugin check`.
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#include <stb/stb_image_write.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <nlohmann/json.hpp>

#include <weir/record/arrays_file.hpp>

#include "../cli/program.hpp"
#include "../cli/scratch_folder.hpp"

using Json = nlohmann::json;

namespace {

// The sources that read files, and a table, which only a pipeline can name.
constexpr const char* files = R"(nodes:
  digits:   {plugin: source/idx, images: images.idx}
  pictures: {plugin: source/images, folder: images}
  points:   {plugin: source/tensor, file: set.h5, dataset: /x}
  rows:     {plugin: source/array, file: rows.npy}
  lines:    {plugin: source/table, file: lines.csv}
  of_digits:   {plugin: coupling/independent, source: digits, target: digits, draw: fresh}
  of_pictures: {plugin: coupling/independent, source: pictures, target: pictures, draw: fresh}
  of_points:   {plugin: coupling/independent, source: points, target: points, draw: fresh}
  of_rows:     {plugin: coupling/independent, source: rows, target: lines, draw: fresh}
  task_1: {plugin: objective/flow_matching, coupling: of_digits}
  task_2: {plugin: objective/flow_matching, coupling: of_pictures}
  task_3: {plugin: objective/flow_matching, coupling: of_points}
  task_4: {plugin: objective/flow_matching, coupling: of_rows}
  train_1: {plugin: trainer/gradient, objective: task_1, model: {plugin: field/mlp, width: 8, depth: 2}, steps: 4, batch: 8, schedule: {plugin: table, steps: [1, 4], scales: [1, 0.5]}}
  train_2: {plugin: trainer/gradient, objective: task_2, model: {plugin: field/mlp, width: 8, depth: 2}, steps: 4, batch: 8}
  train_3: {plugin: trainer/gradient, objective: task_3, model: {plugin: field/mlp, width: 8, depth: 2}, steps: 4, batch: 8}
  train_4: {plugin: trainer/gradient, objective: task_4, model: {plugin: field/mlp, width: 8, depth: 2}, steps: 4, batch: 8}
)";

void write_files(const ScratchFolder& scratch) {
  std::string idx{0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 2};
  for (int i = 0; i < 36; ++i) idx += static_cast<char>(7 * i);
  scratch.write("images.idx", idx);
  std::filesystem::create_directory(scratch.path() / "images");
  for (const unsigned char grey : {10, 100, 200}) {
    const std::vector<unsigned char> pixels(16, grey);
    REQUIRE(stbi_write_png((scratch.path() / "images" / (std::to_string(grey) + ".png")).c_str(), 4, 4, 1,
                           pixels.data(), 4));
  }
  std::vector<double> numbers;
  for (int i = 0; i < 22; ++i) numbers.push_back(0.3 * ((i * i) % 23) - 3);
  auto bytes = std::make_shared<std::vector<std::byte>>(numbers.size() * sizeof(double));
  std::memcpy(bytes->data(), numbers.data(), bytes->size());
  weir::write_arrays(scratch.path() / "set.h5", {{"x", {weir::DType::float64, {11, 2}, bytes}}});
  std::string rows = "{'descr': '|i1', 'fortran_order': False, 'shape': (5, 2)}\n";
  rows = std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(rows.size()) + '\0' + rows;
  for (int i = 0; i < 10; ++i) rows += static_cast<char>(i * i % 7);
  scratch.write("rows.npy", rows);
  scratch.write("lines.csv", "x,y\n1,2\n0.5,-1\n3,0\n");
  scratch.write("files.yaml", files);
}

// A plugin of each kind, and those that read files: all of them take four times as long. The laws are held to every one by
// tests/laws.
std::string libraries() {
  const std::filesystem::path folder = WEIR_PLUGIN_DIR;
  if (std::filesystem::exists(folder / "libweir_bundle.so")) return (folder / "libweir_bundle.so").string();
  std::string words;
  for (const char* name :
       {"coupling_ot", "field_kernel", "integrator_heun", "interpolant_linear", "metric_memorisation",
        "network_convolutional", "noise_brownian", "objective_classification", "objective_flow_matching",
        "optimiser_adam", "probe_loss", "schedule_cosine", "source_array", "source_idx", "source_images",
        "source_table", "source_tensor", "time_sorted", "trainer_gradient"})
    words += " " + (folder / ("libweir_" + std::string(name) + ".so")).string();
  return words;
}

}  // namespace

TEST_CASE("Plugins of Weir pass the check that Weir's users are offered", "[slow]") {
  const ScratchFolder scratch;
  write_files(scratch);
  const Answer answer =
      weir_program(scratch.path(), "plugin check " + libraries() + " --with files.yaml --json --timeout 300");
  INFO(answer.err);
  CHECK(answer.exit == 0);
  const Json rows = Json::parse(answer.out);
  CHECK(rows.size() >= 19 * 13);
  for (const Json& row : rows) {
    INFO(row.dump(1));
    CHECK(row["status"] != "failed");
    // What may be skipped: numbers that there are none of, and states of plugins that have none.
    if (row["status"] == "skipped") CHECK((row["check"] == "errors" || row["check"] == "resumes"));
  }
}
