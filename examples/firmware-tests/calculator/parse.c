#include "parse.h"

static const char *skip_spaces(const char *text) {
    while (*text == ' ') text++;
    return text;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool parse_word(const char **text, const char *word) {
    const char *at = skip_spaces(*text);
    while (*word && *at == *word) at++, word++;
    if (*word || (*at && *at != ' ')) return false;
    *text = at;
    return true;
}

bool parse_number(const char **text, int32_t *value) {
    const char *at = skip_spaces(*text);
    bool negative = *at == '-';
    if (*at == '-' || *at == '+') at++;
    if (!is_digit(*at)) return false;

    const uint32_t limit = negative ? 0x80000000u : 0x7fffffffu;
    uint32_t magnitude = 0;
    for (; is_digit(*at); at++) {
        uint32_t digit = (uint32_t)(*at - '0');
        if (magnitude > (limit - digit) / 10) return false;
        magnitude = magnitude * 10 + digit;
    }
    *value = (int32_t)(negative ? 0u - magnitude : magnitude);
    *text = at;
    return true;
}

bool parse_operator(const char **text, char *operator) {
    const char *at = skip_spaces(*text);
    char quote = *at == '\'' || *at == '"' ? *at++ : 0;
    if (!*at) return false;
    *operator = *at++;
    if (quote && *at++ != quote) return false;
    *text = at;
    return true;
}

bool parse_end(const char **text) {
    return *skip_spaces(*text) == 0;
}
