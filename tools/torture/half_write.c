// tools/torture/half_write.c -- preloaded into weir-run: the kill that comes in the middle of a pwrite.
//
// SIGKILL ends a pwrite between two pages: the first part is in the file, the rest is not. HALF_WRITE_AT=N does that to the N-th pwrite that
// crosses an edge of a page, at its HALF_WRITE_PAGE-th edge (counted from 0, modulo their number). HALF_WRITE_LOG gets a line for each:
// its number, what is written, offset, size, file.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { page = 4096 };
static atomic_long crossing;

static long number(const char* name) {
  const char* text = getenv(name);
  return text ? atol(text) : -1;
}

static void tell(long count, int file, const char* data, size_t size, off_t at) {
  if (!getenv("HALF_WRITE_LOG")) return;
  char line[4200], what[5] = "data", link[40], path[4000];
  // A block of HDF5's metadata begins with four capitals.
  if (size >= 4 && strspn(memcpy(what, data, 4), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 4) strcpy(what, "data");
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  path[length > 0 ? length : 0] = 0;
  const int written = snprintf(line, sizeof line, "%ld %s %lld %zu %s\n", count, what, (long long)at, size, path);
  const int log = open(getenv("HALF_WRITE_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log >= 0 && write(log, line, written) == written) close(log);
}

static void look(ssize_t (*next)(int, const void*, size_t, off_t), int file, const void* data, size_t size, off_t at) {
  const off_t first = (at / page + 1) * page;
  if (size == 0 || first >= at + (off_t)size) return;
  const long count = atomic_fetch_add(&crossing, 1) + 1;
  tell(count, file, data, size, at);
  if (count != number("HALF_WRITE_AT")) return;
  const long edges = (at + (off_t)size - 1 - first) / page + 1;
  const off_t until = first + number("HALF_WRITE_PAGE") % edges * page;
  if (next(file, data, until - at, at) >= 0) kill(getpid(), SIGKILL);
}

ssize_t pwrite64(int file, const void* data, size_t size, off_t at) {
  static ssize_t (*next)(int, const void*, size_t, off_t);
  if (!next) next = dlsym(RTLD_NEXT, "pwrite64");
  look(next, file, data, size, at);
  return next(file, data, size, at);
}

ssize_t pwrite(int file, const void* data, size_t size, off_t at) {
  static ssize_t (*next)(int, const void*, size_t, off_t);
  if (!next) next = dlsym(RTLD_NEXT, "pwrite");
  look(next, file, data, size, at);
  return next(file, data, size, at);
}
