// core/front/yaml/yaml.cpp -- YAML text to a tree in which everything knows where it was written.
#include <weir/front/yaml/yaml.hpp>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>
#include <algorithm>
#include <map>
#include <sstream>

#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/key_fault.hpp>
#include <weir/front/yaml/misspelt_line.hpp>
#include <weir/front/yaml/syntax_fault.hpp>
#include <weir/front/yaml/yaml_source.hpp>
#include <weir/text/utf8.hpp>

namespace weir::yaml {
namespace {

using wording::quote;

constexpr int most_blank_lines = 100;  // in a plain text; after more its lines are not looked at

// Thrown when the rest of a text cannot be understood; the fault is already in the list.
struct Unreadable {};

// Builds the tree from yaml-cpp's events.
class Builder final : public YAML::EventHandler {
 public:
  Builder(const Source& source, Faults& faults) : source_(source), faults_(faults) {}

  Node take() { return std::move(root_); }
  int documents() const { return documents_; }
  // The place of the innermost [ or { that is still open; nullptr if none is.
  const Place* open_flow() const {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
      if (frame->flow) return &frame->node.place;
    }
    return nullptr;
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 2) {
      fail("W108", source_.place(mark.pos),
           "a pipeline file holds one document, and here a second one begins",
           "remove the '---' or split the file");
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node = make(Node::Type::null, mark.pos, "?");
    add(std::move(node), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node = make(Node::Type::scalar, mark.pos, tag);
    if (value.find('\0') != std::string::npos)  // names of files and of HDF5's groups would end there
      fail("W104", node.place, "a pipeline is text, and here an escape stands for the byte 0x00",
           "remove it");
    node.text = value;
    node.quoted = tag == "!";
    if (!node.quoted && value.find('\n') == std::string::npos)
      node.place.length = static_cast<int>(utf8::count(value));
    if (!node.quoted && (frames_.empty() || !source_.reads(mark.pos, value))) check_lines(node);
    if (!node.quoted && (value == "~" || value == "null")) node.type = Node::Type::null;
    add(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Place place = source_.place(mark.pos);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      fail("W111", place, "an alias cannot stand inside the value that it repeats", "");
    const Anchored& anchored = found->second;
    if (static_cast<int>(frames_.size()) + anchored.levels > most_levels) too_deep(place);
    count(anchored.nodes, place);
    Node copy = anchored.node;
    copy.place = place;
    add(std::move(copy), 0, anchored.nodes, anchored.levels);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, make(Node::Type::list, mark.pos, tag), anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, make(Node::Type::map, mark.pos, tag), anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    bool flow = false;
    std::optional<Entry> key;  // of a map, when its value comes next
    bool quoted_key = false;
    std::map<std::string, Place> keys;  // of a map, written so far
    std::size_t nodes = 1;
    int levels = 1;
  };
  struct Anchored {
    Node node;
    std::size_t nodes;
    int levels;
  };

  [[noreturn]] void fail(const char* code, const Place& place, const std::string& message,
                         const std::string& remedy) {
    fail({code, place, message, remedy, {}, {}});
  }
  [[noreturn]] void fail(const Fault& fault) {
    faults_.push_back(fault);
    throw Unreadable{};
  }
  [[noreturn]] void too_deep(const Place& place) {
    fail("W110", place, fmt::format("a pipeline may nest {} levels deep, and this is deeper", most_levels),
         "");
  }
  void count(std::size_t nodes, const Place& place) {
    nodes_ += nodes;
    if (nodes_ <= most_nodes) return;
    fail("W111", place,
         fmt::format("a pipeline may hold {} values once its aliases are expanded, and this one holds more",
                     most_nodes),
         "repeat less by alias");
  }

  Node make(Node::Type type, int position, const std::string& tag) {
    Node node;
    node.type = type;
    node.place = source_.value_place(position);
    node.origin = source_.name();
    static const std::string core = "tag:yaml.org,2002:";
    if (!tag.empty() && tag != "?" && tag != "!" && !tag.starts_with(core)) {
      faults_.push_back({"W112",
                         source_.place(position),
                         "a pipeline knows no YAML tags, and here stands " + quote(tag),
                         "remove the tag",
                         {},
                         {}});
    }
    count(1, node.place);
    return node;
  }

  void open(const YAML::Mark& mark, Node node, YAML::anchor_t anchor) {
    if (!frames_.empty() && frames_.back().node.is_map() && !frames_.back().key) {
      // yaml-cpp takes what is never closed for a key.
      if (source_.opens(mark.pos) && !source_.closes(mark.pos)) {
        fail("W105", source_.place(mark.pos), "this is not YAML: what is opened here is never closed", "");
      }
      not_a_key(node.place);
    }
    if (static_cast<int>(frames_.size()) >= most_levels) too_deep(node.place);
    Frame frame;
    frame.node = std::move(node);
    frame.anchor = anchor;
    frame.flow = source_.opens(mark.pos);
    frames_.push_back(std::move(frame));
  }
  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    add(std::move(frame.node), frame.anchor, frame.nodes, frame.levels);
  }
  [[noreturn]] void not_a_key(const Place& place) {
    fail("W109", place, "a key must be a plain word", "quote a value that starts with '[' or '{'");
  }
  // A plain text goes on over lines, and takes in those that were meant as entries of their own.
  void check_lines(const Node& node) {
    const bool in_flow = open_flow() != nullptr;
    std::string_view rest = node.text;
    for (int line = node.place.line; !rest.empty(); ++line) {
      std::string text = source_.line(line);
      if (line == node.place.line)
        text = utf8::part(text, static_cast<std::size_t>(node.place.column) - 1, std::string::npos);
      const std::size_t from = text.find_first_not_of(" \t"), end = text.find_last_not_of(" \t");
      if (from == std::string::npos && line <= node.place.line + most_blank_lines) continue;
      if (from == std::string::npos) return;
      const std::string words = text.substr(from, end - from + 1);
      const bool first = line == node.place.line;
      if (const auto tab = source_.indenting_tab(line); tab && !first && !in_flow) tab_fault(*tab);
      if (auto fault = misspelt_line(source_, line); fault && (!first || frames_.empty())) fail(*fault);
      if (!rest.starts_with(words)) return;
      rest.remove_prefix(words.size());
      while (rest.starts_with(' ') || rest.starts_with('\n')) rest.remove_prefix(1);
    }
  }
  [[noreturn]] void tab_fault(const Place& place) {
    fail("W104", place, "YAML does not indent with tabs", "use spaces");
  }

  void add(Node node, YAML::anchor_t anchor, std::size_t nodes = 1, int levels = 1) {
    if (anchor != 0) anchors_[anchor] = {node, nodes, levels};
    if (frames_.empty()) {
      if (documents_ == 1) root_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    frame.nodes += nodes;
    frame.levels = std::max(frame.levels, levels + 1);
    if (frame.node.is_list()) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.key) {
      if (node.is_null()) fail(empty_key(source_, node.place));
      if (!node.is_scalar()) not_a_key(node.place);
      frame.key = Entry{node.text, node.place, {}};
      frame.quoted_key = node.quoted;
    } else {
      frame.key->value = std::move(node);
      if (frame.key->value.is_null()) frame.key->value.place = frame.key->place;
      if (const auto fault = frame.quoted_key ? std::nullopt : key_fault(*frame.key)) fail(*fault);
      keep(frame, std::move(*frame.key));
      frame.key.reset();
    }
  }

  void keep(Frame& frame, Entry entry) {
    if (entry.key == "<<") {
      faults_.push_back({"W107",
                         entry.place,
                         "the merge key '<<' is not part of a pipeline",
                         "use 'extends: other.yaml' instead",
                         {},
                         {}});
      return;
    }
    const auto [first, fresh] = frame.keys.emplace(entry.key, entry.place);
    if (!fresh) {
      faults_.push_back({"W106",
                         entry.place,
                         "key " + quote(entry.key) + " is written twice in the same map",
                         "keep one of the two",
                         {},
                         {{first->second, "the first one"}}});
      return;
    }
    frame.node.entries.push_back(std::move(entry));
  }

  const Source& source_;
  Faults& faults_;
  Node root_;
  int documents_ = 0;
  std::size_t nodes_ = 0;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchors_;
};

}  // namespace

std::optional<Node> read_text(const std::string& text, const std::string& name, Faults& faults) {
  const std::size_t before = faults.size();
  const Source source(text, name);
  if (!source.check(faults)) return std::nullopt;
  Builder builder(source, faults);
  try {
    std::istringstream in(source.text());
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) continue;
  } catch (const Unreadable&) {
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    const Faults found = syntax_faults(source, error, builder.open_flow());
    faults.insert(faults.end(), found.begin(), found.end());
    return std::nullopt;
  }
  if (faults.size() > before) return std::nullopt;
  Node root = builder.take();
  if (builder.documents() == 0) root.place = source.place(0);  // directives alone
  if (root.origin.empty()) root.origin = name;
  return root;
}

}  // namespace weir::yaml
