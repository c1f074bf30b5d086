/* Stands between a program and the kernel, by LD_PRELOAD, and kills it as kill -9 does:
 *
 *   KILL_UNDER  the folder whose files count; a relative name counts too, for programs are started in it
 *   KILL_AT     kill the process in the middle of this operation on files (counted from 1): half of a write
 *               is on the disk then, and of anything else nothing
 *   KILL_COUNT  a file: how many operations there were, when the process ends by itself
 *
 * An operation makes, writes, cuts, syncs, renames, links or removes a file or folder. What the program starts
 * itself is not counted and not killed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static uint64_t done = 0, kill_at = 0;
static char under[4096];
static const char *count_in = NULL;
static int watches = 0;

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("KILL_UNDER"), *at = getenv("KILL_AT");
    /* Only the first process: the programs that it starts find this set. */
    if (!folder || getenv("KILL_IS_WATCHED")) return;
    setenv("KILL_IS_WATCHED", "1", 1);
    snprintf(under, sizeof under, "%s", folder);
    kill_at = at ? strtoull(at, NULL, 10) : 0;
    count_in = getenv("KILL_COUNT");
    watches = 1;
}

__attribute__((destructor)) static void end(void) {
    if (!watches || !count_in) return;
    char text[32];
    int length = snprintf(text, sizeof text, "%llu", (unsigned long long)done);
    int file = (int)syscall(SYS_openat, AT_FDCWD, count_in, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || syscall(SYS_write, file, text, length) != length) abort();
}

/* Shared memory is not for the disk: SQLite makes it again. */
static int counts(const char *path) {
    size_t length = strlen(path), folder = strlen(under);
    if (!watches || (length > 4 && !strcmp(path + length - 4, "-shm"))) return 0;
    return path[0] != '/' || (!strncmp(path, under, folder) && path[folder] == '/');
}

static int file_counts(int file) {
    char link[64], path[4096];
    if (!watches || file <= STDERR_FILENO) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return path[0] == '/' && counts(path);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* Says whether the process is to die in this operation. */
static int dies_now(void) {
    pthread_mutex_lock(&one_at_a_time);
    int dies = ++done == kill_at;
    if (!dies) pthread_mutex_unlock(&one_at_a_time);
    /* Where it dies, no other thread does anything more that counts. */
    return dies;
}

#define OPERATION(counted, call) \
    do {                         \
        if ((counted) && dies_now()) die(); \
        return (int)(call);      \
    } while (0)

ssize_t write(int file, const void *bytes, size_t length) {
    if (file_counts(file) && dies_now()) {
        syscall(SYS_write, file, bytes, length / 2);
        die();
    }
    return syscall(SYS_write, file, bytes, length);
}

static ssize_t written_at(int file, const void *bytes, size_t length, off_t at) {
    if (file_counts(file) && dies_now()) {
        syscall(SYS_pwrite64, file, bytes, length / 2, at);
        die();
    }
    return syscall(SYS_pwrite64, file, bytes, length, at);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) { return written_at(file, bytes, length, at); }
ssize_t pwrite64(int file, const void *bytes, size_t length, off_t at) { return written_at(file, bytes, length, at); }

int ftruncate(int file, off_t length) { OPERATION(file_counts(file), syscall(SYS_ftruncate, file, length)); }
int ftruncate64(int file, off_t length) { OPERATION(file_counts(file), syscall(SYS_ftruncate, file, length)); }
int fsync(int file) { OPERATION(file_counts(file), syscall(SYS_fsync, file)); }
int fdatasync(int file) { OPERATION(file_counts(file), syscall(SYS_fdatasync, file)); }

int unlinkat(int folder, const char *path, int flags) {
    OPERATION(counts(path), syscall(SYS_unlinkat, folder, path, flags));
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    OPERATION(counts(to), syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}
int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    return renameat2(from_folder, from, to_folder, to, 0);
}
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    OPERATION(counts(to), syscall(SYS_linkat, from_folder, from, to_folder, to, flags));
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int mkdirat(int folder, const char *path, mode_t mode) {
    OPERATION(counts(path), syscall(SYS_mkdirat, folder, path, mode));
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* Opening counts where it makes a file, or empties one. */
static int opened(int folder, const char *path, int flags, mode_t mode) {
    int changes = (flags & O_TRUNC) || ((flags & O_CREAT) && faccessat(folder, path, F_OK, 0) != 0);
    OPERATION(changes && counts(path), syscall(SYS_openat, folder, path, flags, mode));
}

#define MODE_OF(flags, mode)                                     \
    mode_t mode = 0;                                             \
    if (((flags) & O_CREAT) || ((flags) & O_TMPFILE) == O_TMPFILE) { \
        va_list rest;                                            \
        va_start(rest, flags);                                   \
        mode = (mode_t)va_arg(rest, unsigned);                   \
        va_end(rest);                                            \
    }

int open(const char *path, int flags, ...) { MODE_OF(flags, mode) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_OF(flags, mode) return opened(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE_OF(flags, mode) return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE_OF(flags, mode) return opened(folder, path, flags, mode); }
