/*
 * Sends back every line it gets, once it is complete. A line ends with CR, LF or both, and is sent back with both;
 * empty lines are ignored, and what a line has beyond 80 bytes is cut off.
 */
#include "serial.h"

#define LINE_SIZE 80u

int main(void) {
    char line[LINE_SIZE];
    uint32_t length = 0;

    serial_init();
    serial_write("ready\r\n", 7);
    for (;;) {
        char c = serial_get();
        if (c != '\r' && c != '\n') {
            if (length < LINE_SIZE) line[length++] = c;
        } else if (length) {
            serial_write(line, length);
            serial_write("\r\n", 2);
            length = 0;
        }
    }
}
