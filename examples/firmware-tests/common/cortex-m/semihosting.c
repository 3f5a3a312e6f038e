#include "semihosting.h"

enum operation {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITEC = 0x03,
    SYS_WRITE0 = 0x04,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_CLOCK = 0x10,
    SYS_EXIT = 0x18,
    SYS_EXIT_EXTENDED = 0x20,
};

#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

/* The operation goes in r0 and its parameter in r1; the answer comes in r0. `memory`: the host reads and writes it. */
static int32_t call(enum operation operation, uint32_t parameter) {
    register uint32_t r0 __asm("r0") = operation;
    register uint32_t r1 __asm("r1") = parameter;
    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return (int32_t)r0;
}

static uint32_t length_of(const char *text) {
    uint32_t length = 0;
    while (text[length]) length++;
    return length;
}

int32_t semihosting_open(const char *path, enum semihosting_mode mode) {
    const uint32_t block[] = {(uint32_t)path, mode, length_of(path)};
    return call(SYS_OPEN, (uint32_t)block);
}

int32_t semihosting_close(int32_t handle) {
    return call(SYS_CLOSE, (uint32_t)&handle);
}

int32_t semihosting_read(int32_t handle, void *bytes, uint32_t length) {
    const uint32_t block[] = {(uint32_t)handle, (uint32_t)bytes, length};
    return call(SYS_READ, (uint32_t)block);
}

int32_t semihosting_write(int32_t handle, const void *bytes, uint32_t length) {
    const uint32_t block[] = {(uint32_t)handle, (uint32_t)bytes, length};
    return call(SYS_WRITE, (uint32_t)block);
}

void semihosting_put(char c) {
    call(SYS_WRITEC, (uint32_t)&c);
}

void semihosting_print(const char *text) {
    call(SYS_WRITE0, (uint32_t)text);
}

int32_t semihosting_clock(void) {
    return call(SYS_CLOCK, 0);
}

void semihosting_exit(void) {
    call(SYS_EXIT, ADP_STOPPED_APPLICATION_EXIT);
}

void semihosting_exit_code(uint32_t code) {
    const uint32_t block[] = {ADP_STOPPED_APPLICATION_EXIT, code};
    call(SYS_EXIT_EXTENDED, (uint32_t)block);
}
