/* Stands between a program and the kernel, by LD_PRELOAD, for the files under one folder:
 *
 *   FAULT_UNDER  the folder
 *   FAULT_LOG    where to record what is done to the files, and what is said on standard output
 *   FAULT_DIE    kill the process, as kill -9 does, in the middle of this operation (counted from 1)
 *   FAULT_FULL   from this operation on, the disk is full
 *   FAULT_FIXED  if set, nothing under the folder can be opened for writing or made
 *
 * A record is, in the machine's byte order: kind (1 byte), length of the path (4), offset or length (8),
 * length of the bytes (8), path, bytes.
 */
#define _GNU_SOURCE
#include <errno.h>
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
static int log_file = -1;
static uint64_t done = 0;

static uint64_t number(const char *name) {
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : 0;
}

static int is_under(const char *path) {
    const char *folder = getenv("FAULT_UNDER");
    size_t length = folder ? strlen(folder) : 0;
    return length && !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}

/* Shared memory is not for the disk: SQLite makes it again. */
static int counts(const char *path) {
    size_t length = strlen(path);
    return is_under(path) && !(length > 4 && !strcmp(path + length - 4, "-shm"));
}

static int path_of(int file, char *path, size_t room) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, room - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return counts(path);
}

static void put(const void *bytes, size_t length) {
    const char *next = bytes;
    while (length) {
        ssize_t put = syscall(SYS_write, log_file, next, length);
        if (put <= 0) abort();
        next += put;
        length -= (size_t)put;
    }
}

static void record(char kind, const char *path, uint64_t at, const void *bytes, uint64_t length) {
    int before = errno;
    const char *name = getenv("FAULT_LOG");
    if (!name) return;
    if (log_file < 0) {
        log_file = (int)syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (log_file < 0) abort();
    }
    uint32_t path_length = (uint32_t)strlen(path);
    put(&kind, 1);
    put(&path_length, 4);
    put(&at, 8);
    put(&length, 8);
    put(path, path_length);
    put(bytes, length);
    errno = before;
}

/* Counts an operation. Says whether the process is to die in it, and gives 1 in *full if there is no room. */
static int dies_now(int *full) {
    done++;
    uint64_t from = number("FAULT_FULL");
    *full = from && done >= from;
    return done == number("FAULT_DIE");
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static ssize_t written(int file, const void *bytes, size_t length, off_t at, int moves) {
    char path[4096];
    int full = 0;
    ssize_t put;
    if (file == STDOUT_FILENO) {
        pthread_mutex_lock(&one_at_a_time);
        put = syscall(SYS_write, file, bytes, length);
        if (put > 0) record('A', "", 0, bytes, (uint64_t)put);
        pthread_mutex_unlock(&one_at_a_time);
        return put;
    }
    if (!path_of(file, path, sizeof path)) {
        return moves ? syscall(SYS_write, file, bytes, length) : syscall(SYS_pwrite64, file, bytes, length, at);
    }
    pthread_mutex_lock(&one_at_a_time);
    if (moves) at = syscall(SYS_lseek, file, (off_t)0, SEEK_CUR);
    if (dies_now(&full)) {
        syscall(SYS_pwrite64, file, bytes, length / 2, at);
        die();
    }
    if (full) {
        errno = ENOSPC;
        put = -1;
    } else {
        put = moves ? syscall(SYS_write, file, bytes, length) : syscall(SYS_pwrite64, file, bytes, length, at);
        if (put > 0) record('W', path, (uint64_t)at, bytes, (uint64_t)put);
    }
    pthread_mutex_unlock(&one_at_a_time);
    return put;
}

ssize_t write(int file, const void *bytes, size_t length) { return written(file, bytes, length, 0, 1); }
ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) { return written(file, bytes, length, at, 0); }
ssize_t pwrite64(int file, const void *bytes, size_t length, off_t at) { return written(file, bytes, length, at, 0); }

static int cut(int file, off_t length) {
    char path[4096];
    int full = 0, result;
    if (!path_of(file, path, sizeof path)) return (int)syscall(SYS_ftruncate, file, length);
    pthread_mutex_lock(&one_at_a_time);
    if (dies_now(&full)) die();
    result = (int)syscall(SYS_ftruncate, file, length);
    if (!result) record('T', path, (uint64_t)length, "", 0);
    pthread_mutex_unlock(&one_at_a_time);
    return result;
}

int ftruncate(int file, off_t length) { return cut(file, length); }
int ftruncate64(int file, off_t length) { return cut(file, length); }

static int synced(int file, long call) {
    char path[4096];
    int full = 0, result;
    if (!path_of(file, path, sizeof path)) return (int)syscall(call, file);
    pthread_mutex_lock(&one_at_a_time);
    if (dies_now(&full)) die();
    /* What the disk would keep is worked out from the record: no need to wait for this machine's own. */
    result = getenv("FAULT_LOG") ? 0 : (int)syscall(call, file);
    if (!result) record('S', path, 0, "", 0);
    pthread_mutex_unlock(&one_at_a_time);
    return result;
}

int fsync(int file) { return synced(file, SYS_fsync); }
int fdatasync(int file) { return synced(file, SYS_fdatasync); }

int unlink(const char *path) {
    int full = 0, result;
    if (!counts(path)) return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    pthread_mutex_lock(&one_at_a_time);
    if (dies_now(&full)) die();
    result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (!result) record('U', path, 0, "", 0);
    pthread_mutex_unlock(&one_at_a_time);
    return result;
}

static int opened(int folder, const char *path, int flags, mode_t mode) {
    int writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT);
    if (writes && getenv("FAULT_FIXED") && is_under(path)) {
        errno = EROFS;
        return -1;
    }
    int is_new = (flags & O_CREAT) && counts(path) && access(path, F_OK) != 0;
    int file = (int)syscall(SYS_openat, folder, path, flags, mode);
    if (file >= 0 && is_new) {
        pthread_mutex_lock(&one_at_a_time);
        record('C', path, 0, "", 0);
        pthread_mutex_unlock(&one_at_a_time);
    }
    return file;
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
