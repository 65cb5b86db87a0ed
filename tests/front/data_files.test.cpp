// tests/front/data_files.test.cpp -- who has data of her own is told which source reads it.
#include <catch2/catch.hpp>

#include <weir/front/faults/fault.hpp>
#include <weir/front/plugins/data_files.hpp>

#include "laboratory.hpp"

using namespace weir::data_files;

namespace {

std::string remedy_of(const std::string& plugin) {
  const laboratory::Folder folder;
  const auto file = folder.write("p.yaml", "nodes:\n  s: {plugin: " + plugin + ", file: x}\n");
  try {
    weir::read_pipeline(file, laboratory::registry());
  } catch (const weir::InvalidPipeline& invalid) {
    return invalid.faults().at(0).remedy;
  }
  return "accepted";
}

}  // namespace

TEST_CASE("A file's ending decides which source is suggested", "[front][data_files]") {
  CHECK(reading("/data/Points.NPY") ==
        "source/array reads .npy: {plugin: source/array, file: /data/Points.NPY}");
  CHECK(reading("iris.csv") == "source/table reads .csv: {plugin: source/table, file: iris.csv}");
  CHECK(reading("data/a, b.npy") ==
        "source/array reads .npy: {plugin: source/array, file: \"data/a, b.npy\"}");
  CHECK(reading("run.h5") == "source/tensor reads .h5: {plugin: source/tensor, file: run.h5, dataset: /x}");
  CHECK(reading("a.jpeg") ==
        "source/images reads .jpeg: {plugin: source/images, folder: pictures}, their folder; labelled: true "
        "for class folders");
  CHECK(reading("x.pt") == "source/array reads .pt: {plugin: source/array, file: x.pt, array: x}");
  CHECK(reading("pbmc.h5ad") ==
        "source/anndata reads .h5ad: {plugin: source/anndata, file: pbmc.h5ad, matrix: X, label: a column of "
        "obs}");
  for (const char* archive : {"images.zip", "images.tar.gz", "images.TGZ", "x.csv.gz", "x.7z"})
    CHECK(reading(archive).starts_with(
        "archives and compressed files are not read, but for .npz, .pt and IDX files: unpack it"));
  CHECK(reading("train-images-idx3-ubyte.gz") ==
        "source/idx reads .gz: {plugin: source/idx, images: train-images-idx3-ubyte.gz, labels: ...}");
  CHECK(reading("x.pkl").starts_with("pickles are never read"));
  CHECK(reading("notes").empty());
  CHECK(source_of("x.npz") == "source/array");
  CHECK(source_of("x.pt") == "source/array");
  CHECK(source_of("x.zip").empty());
}

TEST_CASE("The name of a format in a source's place is answered by the source that reads it",
          "[front][data_files]") {
  const std::string array = "source/array reads .npy files: {plugin: source/array, file: points.npy}";
  CHECK(remedy_of("source/npy") == array);
  CHECK(remedy_of("source/numpy") == array);
  CHECK(remedy_of("source/csv") == "source/table reads .csv files: {plugin: source/table, file: points.csv}");
  CHECK(remedy_of("source/torch") ==
        "source/array reads .pt files: {plugin: source/array, file: points.pt, array: x}");
  CHECK(remedy_of("source/h5ad").starts_with("source/anndata reads .h5ad files: "));
  CHECK(remedy_of("source/zip").starts_with("archives and compressed files are not read"));
  CHECK(remedy_of("source/hdf5").starts_with("source/tensor reads .h5 files: "));
  CHECK(remedy_of("source/png").starts_with("source/images reads .png files: "));
  CHECK(remedy_of("source/gausian") == "did you mean 'source/gaussian'?");
}
