// SPDX-License-Identifier: MIT
// Defining malloc in the program takes the place of the library's: "Replacing malloc" in the glibc manual.
#include <cerrno>
#include <cstddef>

#include "bench/allocations.h"

namespace {

thread_local std::size_t count = 0;

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t size);                           // NOLINT: glibc's names
void* __libc_calloc(std::size_t number, std::size_t size);       // NOLINT
void* __libc_realloc(void* old, std::size_t size);               // NOLINT
void* __libc_memalign(std::size_t alignment, std::size_t size);  // NOLINT

void* malloc(std::size_t size) {
  ++count;
  return __libc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) {
  ++count;
  return __libc_calloc(number, size);
}
void* realloc(void* old, std::size_t size) {
  ++count;
  return __libc_realloc(old, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  ++count;
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** at, std::size_t alignment, std::size_t size) {
  *at = memalign(alignment, size);
  return *at == nullptr ? ENOMEM : 0;
}
}

namespace forestall::bench {

std::size_t allocations() { return count; }

}  // namespace forestall::bench
