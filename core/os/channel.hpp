// core/os/channel.hpp -- messages from process to process, and descriptors that are handed over with them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weir/os/descriptor.hpp>

namespace weir::os {

struct Message {
  std::string text;
  std::vector<Descriptor>
      descriptors{};  // as open()ed here; closed in programs that this process becomes or starts
};

// One end of a connection. A message comes whole or not at all.
class Channel {
 public:
  Channel() = default;
  explicit Channel(Descriptor end) : end_(std::move(end)) {}
  static std::pair<Channel, Channel> make();  // both ends; std::system_error

  int number() const { return end_.number(); }
  bool open() const { return end_.open(); }
  void close() noexcept { end_.close(); }

  // False if the other end is closed, or the message is longer than the system takes (some 200 KB), or there are more than 8
  // descriptors. No message is empty.
  bool send(std::string_view text, const std::vector<int>& descriptors = {}) const;
  std::optional<Message> wait() const;  // for a message; nothing once the other end is closed
  std::optional<Message> take() const;  // one that is there

 private:
  std::optional<Message> receive(int flags) const;

  Descriptor end_;
};

}  // namespace weir::os
