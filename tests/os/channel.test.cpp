// tests/os/channel.test.cpp -- messages whole and in order, descriptors that work at the other end, and ends that close.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <string>

#include <weir/os/channel.hpp>
#include <weir/os/child.hpp>

using weir::os::Channel;

TEST_CASE("Messages arrive whole, in order and with any bytes") {
  const auto [here, there] = Channel::make();
  CHECK_FALSE(there.take());
  const std::string bytes("a\0\xff\n", 4), longest(150'000, 'x');
  CHECK(here.send(bytes));
  CHECK(here.send(longest));
  CHECK(there.wait()->text == bytes);
  CHECK(there.take()->text == longest);
  CHECK_FALSE(there.take());
  CHECK(there.send("back"));
  CHECK(here.wait()->text == "back");
}

TEST_CASE("A message that the system does not take is refused, and the channel goes on") {
  const auto [here, there] = Channel::make();
  CHECK_FALSE(here.send(std::string(64 << 20, 'x')));
  CHECK_FALSE(here.send("too many", std::vector<int>(9, 0)));
  CHECK(here.send("next"));
  CHECK(there.wait()->text == "next");
}

TEST_CASE("Descriptors are handed over open, and closed in programs") {
  const auto [here, there] = Channel::make();
  {
    weir::os::Pipe pipe = weir::os::make_pipe();
    REQUIRE(here.send("both ends", {pipe.read.number(), pipe.write.number()}));
  }
  const auto message = there.wait();
  REQUIRE(message);
  REQUIRE(message->descriptors.size() == 2);
  CHECK(::fcntl(message->descriptors[0].number(), F_GETFD) == FD_CLOEXEC);
  REQUIRE(weir::os::write_all(message->descriptors[1], "through"));
  std::array<char, 16> read{};
  CHECK(::read(message->descriptors[0].number(), read.data(), read.size()) == 7);
  CHECK(std::string(read.data()) == "through");
}

TEST_CASE("The end of one side is the end of the other's waiting, and sending to it is no signal") {
  auto [here, there] = Channel::make();
  CHECK(here.send("last"));
  here.close();
  CHECK_FALSE(here.open());
  CHECK(there.wait()->text == "last");
  CHECK_FALSE(there.wait());
  CHECK_FALSE(there.send("to nobody"));
}

TEST_CASE("A child has a channel as the descriptor after its events'") {
  auto [here, there] = Channel::make();
  weir::os::Child child(
      {.program = "/bin/sh",
       .arguments = {"-c", "readlink /proc/$$/fd/4; readlink /proc/$$/fd/5; echo event >&3"},
       .events = true,
       .channel = there.number()});
  there.close();
  while (!child.silent()) REQUIRE(child.hear(weir::os::Clock::now() + std::chrono::seconds(10)));
  CHECK(child.output().starts_with("socket:["));
  CHECK(child.output().find('\n') == child.output().size() - 1);
  CHECK(child.take_events() == std::vector<std::string>{"event"});
  CHECK(child.wait().good());
  CHECK_FALSE(here.wait());  // it had the other end alone
}

TEST_CASE("A child that was adopted is heard, signalled and ends as one that was started") {
  weir::os::Pipe out = weir::os::make_pipe(), err = weir::os::make_pipe(), events = weir::os::make_pipe();
  const pid_t forked = weir::os::fork_child(SIGKILL);
  if (forked == 0) {
    weir::os::write_all(out.write, "0123456789");
    weir::os::write_all(events.write, "up\n");
    for (;;) ::pause();
  }
  for (weir::os::Pipe* pipe : {&out, &err, &events}) pipe->write.close();
  weir::os::Child child(forked, {std::move(out.read), std::move(err.read), std::move(events.read)}, 4);
  CHECK(child.process() == forked);
  while (child.take_events().empty()) REQUIRE(child.hear(weir::os::Clock::now() + std::chrono::seconds(10)));
  CHECK_FALSE(child.ended());
  child.kill();
  CHECK(child.wait().signal == SIGKILL);
  CHECK(child.output() == "0123");
  CHECK(child.output_bytes() == 10);
}
