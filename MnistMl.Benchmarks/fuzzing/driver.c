// The side of libFuzzer: it gives its inputs to a .NET process, and gets from it which branches they took.
// Inputs and counters are in shared memory; a size goes to the process through one pipe, and how it ended comes back through another.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

enum { COUNTERS = 1 << 16, MAX_INPUT = 1 << 20 };

// Not static: an optimizing compiler would leave out what nobody here reads.
__attribute__((section("__libfuzzer_extra_counters"))) uint8_t counters[COUNTERS];

static uint8_t *shared;
static int control, status;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void set(const char *name, int value) {
    char text[16];
    snprintf(text, sizeof text, "%d", value);
    setenv(name, text, 1);
}

// Waits until the process is through with an input; it is not when it has crashed.
static void await(void) {
    int32_t result;
    ssize_t got;
    while ((got = read(status, &result, sizeof result)) < 0 && errno == EINTR) {}
    if (got != sizeof result || result != 0)
        abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    int to[2], from[2], id = shmget(IPC_PRIVATE, COUNTERS + MAX_INPUT, IPC_CREAT | 0600);
    if (id < 0 || (shared = shmat(id, NULL, 0)) == (void *)-1 || pipe(to) < 0 || pipe(from) < 0)
        fail("shared memory and pipes");
    set("__LIBFUZZER_SHM_ID", id);
    set("__LIBFUZZER_CONTROL_PIPE_ID", to[0]);
    set("__LIBFUZZER_STATUS_PIPE_ID", from[1]);
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        close(to[1]), close(from[0]);
        execlp("dotnet", "dotnet", getenv("FUZZ_PROGRAM"), "fuzz-target", getenv("FUZZ_TARGET"), NULL);
        fail("dotnet");
    }
    close(to[0]), close(from[1]);
    control = to[1], status = from[0];
    await();
    shmctl(id, IPC_RMID, NULL);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    int32_t size = length < MAX_INPUT ? (int32_t)length : MAX_INPUT;
    memset(shared, 0, COUNTERS);
    memcpy(shared + COUNTERS, data, size);
    if (write(control, &size, sizeof size) != sizeof size)
        abort();
    await();
    memcpy(counters, shared, COUNTERS);
    return 0;
}
