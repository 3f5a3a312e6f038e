/* Semihosting: the debugger, or the emulator, does files, console and exit for the program (Arm semihosting 3.0). */
#pragma once

#include <stdint.h>

enum semihosting_mode { SEMIHOSTING_READ = 0, SEMIHOSTING_WRITE = 4 }; /* fopen's "r" and "w" */

/* Returns a handle, or -1. */
int32_t semihosting_open(const char *path, enum semihosting_mode mode);
int32_t semihosting_close(int32_t handle);

/* Both return the number of bytes NOT read or written: 0 is success, a read that returns `length` is at the end. */
int32_t semihosting_read(int32_t handle, void *bytes, uint32_t length);
int32_t semihosting_write(int32_t handle, const void *bytes, uint32_t length);

/* Console of the debugger. */
void semihosting_put(char c);
void semihosting_print(const char *text);

/* Hundredths of a second since the program started. */
int32_t semihosting_clock(void);

/* Ends the program with success; on a 32-bit target this call has no room for an exit code. */
void semihosting_exit(void);
void semihosting_exit_code(uint32_t code);
