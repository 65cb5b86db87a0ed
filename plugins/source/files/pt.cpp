// plugins/source/files/pt.cpp -- PyTorch's .pt: an archive of a pickle, which says what the tensors are, and their numbers.
//
// Source   torch.save since PyTorch 1.6, torch/serialization.py: NAME/data.pkl, NAME/data/KEY for each storage, NAME/byteorder
#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "array_formats.hpp"
#include "pickle.hpp"

namespace weir::files {
namespace {

constexpr std::size_t most_visited = 200'000, deepest = 64, longest_name = 512, most_axes = 64;

struct PickledTensor {
  std::string name;  // "state.net.0.weight" of dictionaries and lists within each other; "" of a tensor alone
  std::string storage;  // the member with its numbers, below data/
  at::ScalarType type = at::kFloat;
  std::uint64_t first = 0;  // number in the storage
  Shape shape, stride;
};

const std::map<std::string, at::ScalarType>& types() {
  static const std::map<std::string, at::ScalarType> all{
      {"torch FloatStorage", at::kFloat}, {"torch DoubleStorage", at::kDouble},
      {"torch HalfStorage", at::kHalf},   {"torch BFloat16Storage", at::kBFloat16},
      {"torch LongStorage", at::kLong},   {"torch IntStorage", at::kInt},
      {"torch ShortStorage", at::kShort}, {"torch CharStorage", at::kChar},
      {"torch ByteStorage", at::kByte},   {"torch BoolStorage", at::kBool},
      {"torch uint16", at::kUInt16},      {"torch uint32", at::kUInt32},
      {"torch uint64", at::kUInt64}};
  return all;
}

// All tensors of a pickle, in its order. What is no tensor, dictionary, list or tuple is passed over.
class Tensors {
 public:
  explicit Tensors(const Pickle& pickle) : pickle_(pickle) { find(pickle.root, "", 0); }

  std::vector<PickledTensor> tensors;

 private:
  void find(std::size_t at, const std::string& name, std::size_t depth) {
    if (++visited_ > most_visited || depth > deepest || name.size() > longest_name) return;
    const PickleValue& value = pickle_.values.at(at);
    const auto below = [&](const std::string& key) { return name.empty() ? key : name + "." + key; };
    if (value.kind == PickleValue::Kind::tensor) {
      add(value, name);
    } else if (value.kind == PickleValue::Kind::list) {
      for (std::size_t i = 0; i < value.items.size() && visited_ <= most_visited; ++i)
        find(value.items[i], below(std::to_string(i)), depth + 1);
    } else if (value.kind == PickleValue::Kind::dict) {
      for (std::size_t i = 0; i + 1 < value.items.size() && visited_ <= most_visited; i += 2) {
        const PickleValue& key = pickle_.values.at(value.items[i]);
        if (key.kind == PickleValue::Kind::text)
          find(value.items[i + 1], below(key.text), depth + 1);
        else if (key.kind == PickleValue::Kind::number)
          find(value.items[i + 1], below(std::to_string(key.number)), depth + 1);
        else
          ++visited_;  // without a name, and yet a step
      }
    }
  }

  Shape sizes(std::size_t at) const {
    const PickleValue& value = pickle_.values.at(at);
    if (value.kind != PickleValue::Kind::list || value.items.size() > most_axes)
      damaged_pickle("has a tensor without a shape");
    Shape sizes;
    for (const std::size_t item : value.items) {
      if (pickle_.values.at(item).kind != PickleValue::Kind::number)
        damaged_pickle("has a shape that is not of numbers");
      sizes.push_back(pickle_.values.at(item).number);
    }
    return sizes;
  }

  // storage, first number, shape, stride, requires_grad, hooks; and where the storage has no type that type.
  void add(const PickleValue& value, const std::string& name) {
    if (!known_.insert(name).second) return;
    if (value.items.size() < 6) damaged_pickle("has a tensor of too few words");
    const PickleValue& storage = pickle_.values.at(value.items[0]);
    const PickleValue& first = pickle_.values.at(value.items[1]);
    if (storage.kind != PickleValue::Kind::storage || first.kind != PickleValue::Kind::number ||
        first.number < 0)
      damaged_pickle("has a tensor without numbers");
    const std::string type =
        pickle_.values.at(value.items.size() > 6 ? value.items[6] : storage.items.front()).text;
    const auto found = types().find(type);
    if (found == types().end()) return;  // complex numbers, and such
    tensors.push_back({name, storage.text, found->second, static_cast<std::uint64_t>(first.number),
                       sizes(value.items[2]), sizes(value.items[3])});
  }

  const Pickle& pickle_;
  std::size_t visited_ = 0;
  std::set<std::string> known_;
};

constexpr std::uint64_t longest_pickle = 16u << 20;
constexpr auto remedy = "torch.save it anew";

std::string text_of(const Archive& archive, const std::string& member, std::uint64_t most) {
  const auto stream = member_of(archive, member, remedy);
  if (stream->size() > most)
    throw std::runtime_error(
        fmt::format("has a {} of {} bytes, and at most {} are read", member, stream->size(), most));
  std::string text(stream->size(), '\0');
  if (!text.empty()) stream->read(text.data(), text.size());
  return text;
}

// Whether the numbers lie one after another, the last index running fastest, or the first.
bool lies_in_order(const PickledTensor& tensor, bool by_columns) {
  std::int64_t step = 1;
  const auto axes = static_cast<std::int64_t>(tensor.shape.size());
  for (std::int64_t i = 0; i < axes; ++i) {
    const auto axis = static_cast<std::size_t>(by_columns ? i : axes - 1 - i);
    if (tensor.shape[axis] != 1 && tensor.stride[axis] != step) return false;
    step *= tensor.shape[axis];  // checked by bytes_of before
  }
  return true;
}

class PtFile final : public ArrayFile {
 public:
  PtFile(const std::filesystem::path& file, Archive archive, const std::string& pickle)
      : ArrayFile(file),
        archive_(std::move(archive)),
        folder_(pickle.substr(0, pickle.size() - std::string("data.pkl").size())) {
    tensors_ = Tensors(read_pickle(text_of(archive_, pickle, longest_pickle))).tensors;
    const std::vector<std::string> members = members_of(archive_);
    const auto has = [&](const std::string& name) {
      return std::ranges::find(members, folder_ + name) != members.end();
    };
    if (tensors_.empty())
      throw std::runtime_error(
          has("constants.pkl")
              ? "is a module of TorchScript, which field/torchscript reads: torch.save({\"x\": tensor}, "
                "\"x.pt\")"
              : "is a PyTorch file without tensors that can be read: torch.save({\"x\": tensor}, \"x.pt\")");
    big_endian_ = has("byteorder") && text_of(archive_, folder_ + "byteorder", 16).starts_with("big");
  }
  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const PickledTensor& tensor : tensors_) names.push_back(tensor.name);
    return names;
  }

 protected:
  OpenArray opened(const std::string& name) const override {
    const auto tensor =
        std::ranges::find_if(tensors_, [&](const PickledTensor& each) { return each.name == name; });
    if (tensor == tensors_.end()) throw std::runtime_error("is not there");
    ArrayHeader header{.type = tensor->type, .big_endian = big_endian_, .shape = tensor->shape};
    const std::uint64_t element = c10::elementSize(header.type);
    header.bytes = bytes_of(header.shape, element);
    if (tensor->stride.size() != tensor->shape.size())
      throw std::runtime_error("has a shape and strides that do not belong together: it is damaged");
    if (header.bytes > 0 && !lies_in_order(*tensor, false)) {
      header.by_columns = lies_in_order(*tensor, true);
      if (!header.by_columns)
        throw std::runtime_error(
            "is a view, whose numbers do not lie one after another: torch.save(tensor.contiguous(), ...)");
    }
    if (tensor->storage.empty() || tensor->storage.find('/') != std::string::npos)
      throw std::runtime_error("names no numbers: it is damaged");
    auto stream = member_of(archive_, folder_ + "data/" + tensor->storage, remedy);
    std::uint64_t skipped = 0, end = 0;
    if (__builtin_mul_overflow(tensor->first, element, &skipped) ||
        __builtin_add_overflow(skipped, header.bytes, &end) || end > stream->size())
      throw std::runtime_error(
          fmt::format("is truncated: its numbers end beyond the {} bytes that there are", stream->size()));
    std::vector<char> unread(std::min<std::uint64_t>(skipped, 1 << 20));
    for (std::uint64_t here = 0; skipped > 0; skipped -= here) {
      here = std::min<std::uint64_t>(skipped, unread.size());
      stream->read(unread.data(), here);
    }
    return {header, std::move(stream)};
  }

 private:
  Archive archive_;
  std::string folder_;
  std::vector<PickledTensor> tensors_;
  bool big_endian_ = false;
};

}  // namespace

std::unique_ptr<ArrayFile> open_pt(const std::filesystem::path& file, const Archive& archive,
                                   const std::string& pickle) {
  return std::make_unique<PtFile>(file, archive, pickle);
}

}  // namespace weir::files
