// plugins/source/files/pickle.cpp -- the few words of Python's pickle language that tensors are told in.
//
// A pickle is a program for a stack: it names functions and has them called. Here nothing is called. Few names are known, of which
// the arguments are kept (a tensor, a parameter, an ordered dictionary); what any other would make is a value that nobody asks.
//
// Source   Lib/pickletools.py of CPython lists the words; torch/serialization.py and torch/_utils.py of PyTorch say which tensors are
#include "pickle.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

namespace weir::files {
namespace {

// What a small file may ask for: many values, one that is long and used again and again, or many marks and notes of a byte each.
constexpr std::size_t most_values = 1'000'000, longest_text = 4096, longest_name = 128;
constexpr std::ptrdiff_t most_arguments = 8;

using Value = PickleValue;
using Index = std::size_t;

class Machine {
 public:
  explicit Machine(const std::string& text) : text_(text) {}

  Index run() {
    for (;;) {
      const auto word = static_cast<unsigned char>(bytes(1)[0]);
      if (word == '.') return pop();
      step(word);
    }
  }
  std::vector<Value> values() { return std::move(values_); }

 private:
  using Kind = Value::Kind;

  std::string_view bytes(std::uint64_t count) {
    if (count > text_.size() - at_) damaged_pickle("ends too early");
    at_ += count;
    return std::string_view(text_).substr(at_ - count, count);
  }
  std::uint64_t number(std::size_t size) {  // little-endian
    const auto raw = bytes(size);
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(raw[i]);
    return value;
  }
  std::string line() {
    const std::size_t end = text_.find('\n', at_);
    if (end == std::string::npos) damaged_pickle("ends within a line");
    std::string found = text_.substr(at_, end - at_);
    at_ = end + 1;
    return found;
  }

  // A byte of the file may add one to each of these.
  static void bound(std::size_t size, const char* what) {
    if (size >= most_values) damaged_pickle(fmt::format("has more than {} {}", most_values, what));
  }
  void push(Index i) {
    bound(stack_.size(), "values at once");
    stack_.push_back(i);
  }
  void push(Value value) {
    bound(values_.size(), "values");
    values_.push_back(std::move(value));
    push(values_.size() - 1);
  }
  void push_number(std::int64_t value) { push(Value{Kind::number, value, {}, {}}); }
  void push_text(std::string_view text) {
    push(text.size() <= longest_text ? Value{Kind::text, 0, std::string(text), {}} : Value{});
  }
  void push_name(const std::string& module, const std::string& name) {
    const bool known = module.size() + name.size() < longest_name;
    push(known ? Value{Kind::name, 0, module + " " + name, {}} : Value{});
  }
  Index pop() {
    if (stack_.empty() || (!marks_.empty() && stack_.size() <= marks_.back()))
      damaged_pickle("takes more than there is");
    const Index top = stack_.back();
    stack_.pop_back();
    return top;
  }
  void mark() {
    bound(marks_.size(), "marks");
    marks_.push_back(stack_.size());
  }
  std::vector<Index> since_mark() {
    if (marks_.empty() || marks_.back() > stack_.size()) damaged_pickle("has no mark where one is needed");
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Index> items(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return items;
  }
  void push_list(std::vector<Index> items) { push(Value{Kind::list, 0, {}, std::move(items)}); }
  void push_last(std::size_t count) {
    std::vector<Index> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    push_list(std::move(items));
  }
  void add(const std::vector<Index>& items) {
    if (stack_.empty()) damaged_pickle("adds to nothing");
    Value& to = values_.at(stack_.back());
    if (to.kind == Kind::list || to.kind == Kind::dict)
      to.items.insert(to.items.end(), items.begin(), items.end());
  }
  void remember(std::uint64_t key) {
    if (stack_.empty()) damaged_pickle("remembers nothing");
    bound(memo_.size(), "values to remember");
    memo_[key] = stack_.back();
  }
  void recall(std::uint64_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) damaged_pickle("recalls what it never had");
    push(found->second);
  }

  // ('storage', type, key, device, how many)
  void storage() {
    const Value& told = values_.at(pop());
    Value made;
    if (told.kind == Kind::list && told.items.size() >= 5 && values_[told.items[0]].text == "storage" &&
        values_[told.items[2]].text.size() <= longest_name) {
      made = {Kind::storage, 0, values_[told.items[2]].text, {told.items[1]}};
    }
    push(std::move(made));
  }

  // What a name would give of its arguments.
  void call() {
    const Value &arguments = values_.at(pop()), &function = values_.at(pop());
    Value made;
    if (function.text == "collections OrderedDict") made.kind = Kind::dict;
    if (function.text == "torch._utils _rebuild_tensor_v2" ||
        function.text == "torch._utils _rebuild_tensor_v3")
      made = {
          Kind::tensor,
          0,
          {},
          {arguments.items.begin(),
           arguments.items.begin() + std::min<std::ptrdiff_t>(std::ssize(arguments.items), most_arguments)}};
    // What is handed on: a parameter's tensor, and what LibTorch gives a type.
    if ((function.text.starts_with("torch._utils _rebuild_parameter") ||
         function.text.starts_with("torch.jit._pickle ")) &&
        !arguments.items.empty())
      return push(arguments.items.front());
    push(std::move(made));
  }

  void step(unsigned char word) {
    switch (word) {
      case 0x80:
        if (const auto protocol = number(1); protocol < 2 || protocol > 5)
          damaged_pickle(fmt::format("is of protocol {}", protocol));
        return;
      case 0x95:  // a frame's length
        bytes(8);
        return;
      case '(':
        return mark();
      case '}':
        return push(Value{Kind::dict, 0, {}, {}});
      case ']':
      case ')':
        return push_list({});
      case 't':
        return push_list(since_mark());
      case 0x85:
      case 0x86:
      case 0x87:
        return push_last(word - 0x84u);
      case 'X':
        return push_text(bytes(number(4)));
      case 0x8c:
        return push_text(bytes(number(1)));
      case 'B':
        bytes(number(4));
        return push(Value{});
      case 'C':
        bytes(number(1));
        return push(Value{});
      case 'K':
        return push_number(static_cast<std::int64_t>(number(1)));
      case 'M':
        return push_number(static_cast<std::int64_t>(number(2)));
      case 'J':
        return push_number(static_cast<std::int32_t>(number(4)));
      case 0x8a: {
        const std::uint64_t size = number(1);
        if (size > 8) {
          bytes(size);
          return push(Value{});
        }
        const std::uint64_t value = number(size);  // two's complement of as many bytes
        const unsigned unused = 64 - 8 * static_cast<unsigned>(size);
        return push_number(size == 0 ? 0 : static_cast<std::int64_t>(value << unused) >> unused);
      }
      case 'G':
        bytes(8);
        return push(Value{});
      case 0x88:
      case 0x89:
        return push_number(word == 0x88 ? 1 : 0);
      case 'N':
        return push(Value{});
      case 'c': {
        const std::string module = line(), name = line();
        return push_name(module, name);
      }
      case 0x93: {
        const Index name = pop(), module = pop();
        return push_name(values_.at(module).text, values_.at(name).text);
      }
      case 'q':
        return remember(number(1));
      case 'r':
        return remember(number(4));
      case 0x94:
        return remember(memo_.size());
      case 'h':
        return recall(number(1));
      case 'j':
        return recall(number(4));
      case 'Q':
        return storage();
      case 'R':
        return call();
      case 0x81:  // an object of a class
        pop(), pop();
        return push(Value{});
      case 'b':  // its state
        pop();
        return;
      case 's': {
        const Index value = pop(), key = pop();
        return add({key, value});
      }
      case 'a':
        return add({pop()});
      case 'u':
      case 'e':
        return add(since_mark());
      case '0':
        pop();
        return;
      default:
        damaged_pickle(fmt::format("has the word 0x{:02x}, which tells of no tensor", word));
    }
  }

  const std::string& text_;
  std::size_t at_ = 0;
  std::vector<Value> values_;
  std::vector<Index> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint64_t, Index> memo_;
};

}  // namespace

void damaged_pickle(const std::string& why) {
  throw std::runtime_error(fmt::format("has a data.pkl that {}: it is damaged, or not of torch.save", why));
}

Pickle read_pickle(const std::string& text) {
  Machine machine(text);
  const std::size_t root = machine.run();
  return {machine.values(), root};
}

}  // namespace weir::files
