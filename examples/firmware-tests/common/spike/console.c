#include "console.h"

#include <stdint.h>

/*
 * The console of the host: a command is stored to tohost (device 1; command 0 reads, 1 writes), an answer comes in fromhost. The host
 * finds both by their names.
 */
volatile uint64_t tohost __attribute__((aligned(64)));
volatile uint64_t fromhost __attribute__((aligned(64)));

#define CONSOLE ((uint64_t)1 << 56)
#define WRITE   ((uint64_t)1 << 48)

void console_init(void) {}

static void send(uint64_t command) {
    while (tohost) continue;
    tohost = command;
}

void console_put(char c) {
    send(CONSOLE | WRITE | (uint8_t)c);
}

char console_get(void) {
    uint64_t answer;
    send(CONSOLE);
    while (!(answer = fromhost)) continue;
    fromhost = 0;
    return (char)answer;
}
