/* A disk that fails on demand, preloaded into the node. While the file named by
 * FAULTS_FULL exists, writing and growing under FAULTS_FOLDER answer ENOSPC; while
 * the file named by FAULTS_SYNC exists, syncing there answers EIO. What such a file
 * holds, if anything, is how the failing paths end. On a full disk a reserve of looks
 * (`.looks`) keeps the blocks it has: writing over them works, growing does not. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int owns(int fd, const char *path, off64_t end) {
    size_t length = strlen(path);
    struct stat64 known;
    return length > 6 && strcmp(path + length - 6, ".looks") == 0 && fstat64(fd, &known) == 0 && end <= known.st_size;
}

static int failing(const char *variable, int fd, off64_t end) {
    const char *trigger = getenv(variable), *folder = getenv("FAULTS_FOLDER");
    char link[64], path[4096], ending[256];
    if (!trigger || !folder || access(trigger, F_OK) != 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strncmp(path, folder, strlen(folder)) != 0 || owns(fd, path, end)) return 0;
    int file = open(trigger, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? 0 : read(file, ending, sizeof ending);
    if (file >= 0) close(file);
    return size <= 0 || (size <= length && memcmp(path + length - size, ending, (size_t)size) == 0);
}

/* `end` is where writing would end; NOWHERE is beyond every file. */
#define NOWHERE INT64_MAX
#define FAILING(variable, error, end, result, name, parameters, arguments)                \
    result name parameters {                                                              \
        static result(*next) parameters;                                                  \
        if (!next) next = (result(*) parameters)dlsym(RTLD_NEXT, #name);                  \
        if (failing(variable, fd, end)) { errno = error; return -1; }                          \
        return next arguments;                                                            \
    }

FAILING("FAULTS_FULL", ENOSPC, NOWHERE, ssize_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, size))
FAILING("FAULTS_FULL", ENOSPC, at + (off64_t)size, ssize_t, pwrite, (int fd, const void *bytes, size_t size, off_t at), (fd, bytes, size, at))
FAILING("FAULTS_FULL", ENOSPC, at + (off64_t)size, ssize_t, pwrite64, (int fd, const void *bytes, size_t size, off64_t at), (fd, bytes, size, at))
FAILING("FAULTS_FULL", ENOSPC, NOWHERE, int, ftruncate, (int fd, off_t size), (fd, size))
FAILING("FAULTS_FULL", ENOSPC, NOWHERE, int, ftruncate64, (int fd, off64_t size), (fd, size))
FAILING("FAULTS_FULL", ENOSPC, NOWHERE, int, fallocate, (int fd, int mode, off_t at, off_t size), (fd, mode, at, size))
FAILING("FAULTS_FULL", ENOSPC, NOWHERE, int, fallocate64, (int fd, int mode, off64_t at, off64_t size), (fd, mode, at, size))
FAILING("FAULTS_SYNC", EIO, NOWHERE, int, fsync, (int fd), (fd))
FAILING("FAULTS_SYNC", EIO, NOWHERE, int, fdatasync, (int fd), (fd))
