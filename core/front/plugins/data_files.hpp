// core/front/plugins/data_files.hpp -- which source reads a file of data, by its ending, and by what users call it.
#pragma once

#include <filesystem>
#include <string>

namespace weir::data_files {

// "source/array reads .npy: {plugin: source/array, file: points.npy}", or what makes of it a file that is read. "" if the ending
// is none of data.
std::string reading(const std::filesystem::path& file);

// The same for a word that stands where a source's name does: npy, numpy, csv, pandas, torch, ... "" if it is none of these.
std::string reading_word(const std::string& word);

// The plugin that reads files with this ending, "source/array"; "" if none does.
std::string source_of(const std::filesystem::path& file);

}  // namespace weir::data_files
