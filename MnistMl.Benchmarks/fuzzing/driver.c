// The side of libFuzzer: it starts .NET in this process, gives its inputs to a method there, and sees which branches they took.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { COUNTERS = 1 << 16, MAX_INPUT = 1 << 20, GET_FUNCTION_POINTER = 6 };

// Not static: an optimizing compiler would leave out what nobody here reads.
__attribute__((section("__libfuzzer_extra_counters"))) uint8_t counters[COUNTERS];

// The input under way, in a file: where .NET itself ends the process, as after a stack overflow, libFuzzer does not write it.
static struct {
    int64_t length;
    uint8_t data[MAX_INPUT];
} *last;

static int (*read_input)(const uint8_t *data, int length);

static void *method(int (*get)(const char *, const char *, const char *, void *, void *, void **), const char *name) {
    const char *unmanaged_callers_only = (const char *)-1;
    void *found = NULL;
    if (get("MnistMl.Benchmarks.GuidedFuzzer, MnistMl.Benchmarks", name, unmanaged_callers_only, NULL, NULL, &found) != 0) {
        fprintf(stderr, "There is no %s.\n", name);
        exit(1);
    }
    return found;
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    int file = open(getenv("FUZZ_LAST"), O_RDWR | O_CREAT, 0600);
    if (file < 0 || ftruncate(file, sizeof *last) < 0 || (last = mmap(NULL, sizeof *last, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)) == MAP_FAILED) {
        perror("FUZZ_LAST");
        exit(1);
    }
    const char *program[] = {getenv("FUZZ_PROGRAM")};
    void *host = dlopen(getenv("FUZZ_HOST"), RTLD_NOW), *context, *get;
    if (host == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    int (*initialize)(int, const char **, void *, void **) = dlsym(host, "hostfxr_initialize_for_dotnet_command_line");
    int (*get_delegate)(void *, int, void **) = dlsym(host, "hostfxr_get_runtime_delegate");
    if (initialize(1, program, NULL, &context) != 0 || get_delegate(context, GET_FUNCTION_POINTER, &get) != 0)
        exit(1);
    void (*start)(uint8_t *) = method(get, "Start");
    read_input = method(get, "Read");
    start(counters);
    // So that libFuzzer takes it, as it does only where nobody has.
    signal(SIGABRT, SIG_DFL);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    if (length > MAX_INPUT)
        return 0;
    last->length = length;
    memcpy(last->data, data, length);
    if (read_input(data, (int)length) != 0)
        abort();
    return 0;
}
