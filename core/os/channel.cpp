// core/os/channel.cpp -- a pair of Unix sockets that keeps the bounds of messages.
#include <weir/os/channel.hpp>

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace weir::os {
namespace {

constexpr std::size_t most = 8;  // descriptors of a message

using Control = std::array<char, CMSG_SPACE(most * sizeof(int))>;

}  // namespace

std::pair<Channel, Channel> Channel::make() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot make a channel");
  return {Channel(Descriptor(ends[0])), Channel(Descriptor(ends[1]))};
}

bool Channel::send(std::string_view text, const std::vector<int>& descriptors) const {
  if (descriptors.size() > most) return false;
  iovec part{const_cast<char*>(text.data()), text.size()};  // sendmsg's signature
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) Control control{};
  if (!descriptors.empty()) {
    const std::size_t bytes = descriptors.size() * sizeof(int);
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(bytes);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(bytes);
    std::memcpy(CMSG_DATA(header), descriptors.data(), bytes);
  }
  ssize_t sent = 0;
  while ((sent = ::sendmsg(end_.number(), &message, MSG_NOSIGNAL)) < 0 && errno == EINTR) continue;
  return sent == static_cast<ssize_t>(text.size());
}

std::optional<Message> Channel::wait() const { return receive(0); }

std::optional<Message> Channel::take() const { return receive(MSG_DONTWAIT); }

std::optional<Message> Channel::receive(int flags) const {
  ssize_t bytes = 0;
  while ((bytes = ::recv(end_.number(), nullptr, 0, flags | MSG_PEEK | MSG_TRUNC)) < 0 && errno == EINTR)
    continue;
  if (bytes <= 0) return std::nullopt;
  Message taken{std::string(static_cast<std::size_t>(bytes), '\0')};
  iovec part{taken.text.data(), taken.text.size()};
  alignas(cmsghdr) Control control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  while ((bytes = ::recvmsg(end_.number(), &message, flags | MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
    continue;
  if (bytes <= 0) return std::nullopt;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    std::array<int, most> numbers{};
    const std::size_t size = header->cmsg_len - CMSG_LEN(0);
    std::memcpy(numbers.data(), CMSG_DATA(header), size);
    for (std::size_t i = 0; i < size / sizeof(int); ++i) taken.descriptors.emplace_back(numbers.at(i));
  }
  return taken;
}

}  // namespace weir::os
