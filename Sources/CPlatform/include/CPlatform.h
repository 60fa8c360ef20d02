#pragma once

#include <stddef.h>

/// System calls that the C library's Swift modules do not offer, memory in huge
/// pages, threads that share work, and what has to be done when a signal comes.

/// Exchanges two paths of one file system in a single step.
/// Returns 0, or an errno value (ENOSYS or EINVAL where it is not offered).
int lf_exchange_paths(const char *first, const char *second);

/// Renames a path to one where nothing is, in a single step.
/// Returns 0, or an errno value (EEXIST when something is there; ENOSYS or EINVAL
/// where it is not offered).
int lf_rename_to_free(const char *from, const char *to);

/// open(2) for reading, without following a FIFO or terminal into a wait.
/// Returns a descriptor, or the negative errno value.
int lf_open_for_reading(const char *path);

/// Memory that `lf_memory_allocate` gave.
typedef struct {
  void *start;
  /// What the C library's allocator gave, when it did.
  void *block;
  /// Bytes that were mapped; 0 for memory of the C library's allocator.
  size_t mapped;
} lf_memory;

/// Allocates at least one byte at a multiple of `alignment`: a power of two, at
/// least that of a pointer. Above a page's size huge pages are asked for.
///
/// Memory that need not be zero comes from the C library's allocator, which
/// keeps what was freed: pages that have been touched once cost nothing again.
/// Zeroed memory is cleared by the system when it is first touched, where there
/// is much of it.
/// Returns 1, or 0 when there is none.
int lf_memory_allocate(lf_memory *memory, size_t bytes, size_t alignment, int zeroed);
/// Gives it back.
void lf_memory_free(lf_memory memory);

/// Whether so many bytes more could be had now: within the process's limits, and
/// within what the system says it has. Nothing is kept.
int lf_memory_available(unsigned long long bytes);

// MARK: Standard streams

/// Puts something in the place of standard streams that are closed, so that no file
/// that is opened takes their place. To be called first of all.
void lf_streams_protect(void);

/// Why nothing could be written to a standard stream, as an errno value, as far as
/// that can be known before; 0 when nothing is known.
int lf_stream_obstacle(int descriptor);

/// write(2); where nobody reads any more it gives an error, and no signal comes.
/// Returns the bytes written, or the negative errno value.
long lf_stream_write(int descriptor, const void *bytes, size_t count);

/// Ends the process as a signal does that nobody catches.
void lf_end_by(int number);

// MARK: Trees of files

/// Removes a file, or a folder with everything in it; links are not followed.
/// Returns 0 when nothing is left, also when nothing was there; otherwise the
/// errno value of the first entry that stays.
int lf_remove_tree(const char *path);

/// Calls `visit` with the device, the inode and the path of a file or folder and
/// of everything in it, links followed once, until it returns another value than
/// 0. Returns 0, or an errno value.
int lf_visit_tree(
    const char *path, void *context,
    int (*visit)(void *context, unsigned long long device, unsigned long long inode,
                 const char *path));

/// Names of temporary files and folders: their own kind, and as short beside an
/// output of the longest name.
#define LF_TEMPORARY_PREFIX ".lfconv."
#define LF_TEMPORARY_DIGITS 13
#define LF_TEMPORARY_SUFFIX ".tmp"

/// Removes temporary files and folders that a process left which was killed: of
/// this user, unlocked, and last changed before a time.
void lf_remove_leftovers(const char *folder, long long seconds, long nanoseconds);

/// Locks a temporary file or folder that was just made, so that no other process
/// takes it for a leftover. Returns 0 when one has, and it is gone.
int lf_lock_new(int descriptor);

/// The permissions that new files do not get.
unsigned lf_umask(void);

// MARK: Signals

/// Lets signals that end the process remove what is on the list of temporary
/// paths first. Signals that are ignored stay ignored.
void lf_signals_install(void);

/// Until `lf_signals_release` a signal that comes is put off. Does not return
/// once one has come. Calls may be nested.
void lf_signals_hold(void);
/// Ends the process when a signal has come meanwhile.
void lf_signals_release(void);

/// Lets a process that ends because there was no memory say so and exit with 4; a
/// crash of another kind stays one. Both remove what is on the list.
///
/// What asks for much memory asks before. This is for the rest: the standard
/// library ends the process when it gets none.
void lf_crashes_install(void);

/// What to print on standard output when a signal ends the process, before and
/// after its number, and when there is no memory. Returns 0, or ENOMEM.
int lf_signals_report(const char *before, const char *after, const char *memory);
/// From now on nothing: the command has printed its object.
void lf_signals_reported(void);

/// Puts a path on the list of what a signal removes. Returns 0, or ENOMEM.
int lf_temporary_add(const char *path);
/// Takes a path and all paths in it off the list.
void lf_temporary_forget(const char *path);
/// Whether a path is on the list, or in a folder that is.
int lf_temporary_contains(const char *path);

// MARK: Threads

/// Calls `body` on this thread with 0, and on up to `count - 1` others with 1 and
/// so on, and returns when all calls have. How many there are depends on how
/// many threads are free or can be made: the call on this thread has to be enough.
void lf_run_workers(int count, void *context, void (*body)(void *context, int worker));

/// An fsync on a thread of its own.
typedef struct lf_sync lf_sync;
/// Begins it; NULL where no thread can be made. The descriptor may be closed.
lf_sync *lf_sync_begin(int descriptor);
/// Waits for it, or leaves it alone. Returns fsync's errno value, 0 for success
/// and for one that is not waited for.
int lf_sync_end(lf_sync *sync, int waits);
