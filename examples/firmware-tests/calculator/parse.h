/* Takes a command line apart from left to right: each function moves *text behind what it took, or leaves it and says false. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A word that ends with a space or the line. */
bool parse_word(const char **text, const char *word);

/* A signed decimal number that fits 32 bits. */
bool parse_number(const char **text, int32_t *value);

/* One character, bare or in single or double quotes, as a shell on a PC would need for `*`. */
bool parse_operator(const char **text, char *operator);

/* Nothing more but spaces. */
bool parse_end(const char **text);
