// tools/system/output.cpp -- standard output and error, of which the first remembers why it failed.
#include "output.hpp"

#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "exit.hpp"

namespace weir::tools {
namespace {

int cause = 0;  // why results were lost, the first time

void remember(bool written) {
  if (!written && cause == 0) cause = errno;
}

}  // namespace

void keep_standard_streams() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(number, F_GETFD) < 0 && errno == EBADF) [[maybe_unused]]
      const int same = ::open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  for (const int number : {SIGPIPE, SIGXFSZ})
    std::signal(number, [](int) {});  // ignored would be inherited by what is started
}

void put_error(std::string_view text) {
  [[maybe_unused]] const std::size_t written = std::fwrite(text.data(), 1, text.size(), stderr);
}

void put_result(std::string_view text) {
  remember(std::fwrite(text.data(), 1, text.size(), stdout) == text.size());
}

bool draws_blocks() {
  if (::isatty(STDOUT_FILENO) == 0) return false;
  const locale_t of_user = ::newlocale(LC_CTYPE_MASK, "", nullptr);
  if (of_user == nullptr) return false;
  const bool unicode = std::string_view(::nl_langinfo_l(CODESET, of_user)) == "UTF-8";
  ::freelocale(of_user);
  return unicode;
}

void flush_results() {
  remember(std::fflush(stdout) == 0);
  // Others write to it as well, as std::cout does, and keep no errno.
  if (std::ferror(stdout) != 0 && cause == 0) cause = EIO;
}

bool is_lost_output(const std::system_error& error) {
  if (std::ferror(stdout) == 0) return false;
  if (cause == 0) cause = error.code().value();
  return true;
}

int after_output(int exit) {
  flush_results();
  if (cause == 0 || cause == EPIPE) return exit;
  say("weir: cannot write to standard output: {}; send it elsewhere, and give the same command again\n",
      std::strerror(cause));
  return worse(exit, io_failed);
}

}  // namespace weir::tools
