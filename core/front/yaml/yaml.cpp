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
#include <weir/front/yaml/yaml_source.hpp>
#include <weir/text/utf8.hpp>

namespace weir::yaml {
namespace {

using wording::quote;

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
    std::optional<Entry> key;           // of a map, when its value comes next
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
    faults_.push_back({code, place, message, remedy, {}, {}});
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
      if (!node.is_scalar()) not_a_key(node.place);
      frame.key = Entry{node.text, node.place, {}};
    } else {
      frame.key->value = std::move(node);
      if (frame.key->value.is_null()) frame.key->value.place = frame.key->place;
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

// yaml-cpp's message in words that say what to do.
Fault syntax_fault(const Source& source, const YAML::Exception& error, const Builder& builder) {
  static const std::map<std::string, std::pair<std::string, std::string>> words = {
      {YAML::ErrorMsg::MAP_VALUE,
       {"a ':' cannot stand here", "write 'key: value' on a line of its own, or quote the text"}},
      {YAML::ErrorMsg::MAP_KEY, {"a key cannot stand here", "check the indentation"}},
      {YAML::ErrorMsg::BLOCK_ENTRY,
       {"a list item '-' cannot stand here", "start the list on the next line, or write [a, b]"}},
      {YAML::ErrorMsg::END_OF_MAP,
       {"this line does not belong to the map above it", "check the indentation"}},
      {YAML::ErrorMsg::END_OF_SEQ,
       {"this line does not belong to the list above it", "check the indentation"}},
      {YAML::ErrorMsg::END_OF_MAP_FLOW, {"a ',' or '}' is missing", ""}},
      {YAML::ErrorMsg::END_OF_SEQ_FLOW, {"a ',' or ']' is missing", ""}},
      {YAML::ErrorMsg::FLOW_END, {"this closes nothing that was opened", "remove it"}},
      {YAML::ErrorMsg::EOF_IN_SCALAR, {"a quote is opened and never closed", "close the quote"}},
      {YAML::ErrorMsg::UNKNOWN_TOKEN,
       {"a value cannot start with this character", "put the value in quotes"}},
      {YAML::ErrorMsg::UNKNOWN_ANCHOR,
       {"no anchor of this name stands above", "write &name before the first use of *name"}},
  };
  Fault fault;
  fault.code = "W105";
  const bool end = error.mark.is_null() || static_cast<std::size_t>(error.mark.pos) >= source.text().size();
  fault.place = source.place(end && !source.text().empty() ? static_cast<int>(source.text().size()) - 1
                                                           : error.mark.pos);
  const auto found = words.find(error.msg);
  fault.message = "this is not YAML: " + (found != words.end() ? found->second.first : error.msg);
  fault.remedy = found != words.end() ? found->second.second : "";
  const bool unclosed =
      error.msg == YAML::ErrorMsg::END_OF_MAP_FLOW || error.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW;
  if (unclosed && source.dollar_before(error.mark.pos)) {
    fault.remedy = "inside { } and [ ] write \"${name}\" with its quotes";
  } else if (const Place* open = unclosed ? builder.open_flow() : nullptr) {
    Place opened = *open;
    opened.length = 1;
    if (end || error.mark.pos == 0) {
      fault.place = opened;
      fault.message = "this is not YAML: what is opened here is never closed";
    } else {
      fault.also.push_back({opened, "what is opened here is not closed"});
    }
  }
  return fault;
}

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
    faults.push_back(syntax_fault(source, error, builder));
    return std::nullopt;
  }
  if (faults.size() > before) return std::nullopt;
  Node root = builder.take();
  if (builder.documents() == 0) root.place = source.place(0);  // directives alone
  if (root.origin.empty()) root.origin = name;
  return root;
}

}  // namespace weir::yaml
