/* A list of 200 nodes: numbered anew, sorted by merging, searched, reversed. */
#include <stddef.h>

#include "bench.h"

#define NODES 200

struct node {
    struct node *next;
    uint32_t value;
};

static struct node nodes[NODES];
static struct node *list;

void bench_init(void) {
    for (int i = 0; i < NODES; i++) nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : NULL;
    list = nodes;
}

static struct node *merge(struct node *a, struct node *b) {
    struct node *head = NULL, **tail = &head;
    while (a && b) {
        struct node **least = a->value <= b->value ? &a : &b;
        *tail = *least;
        tail = &(*least)->next;
        *least = *tail;
    }
    *tail = a ? a : b;
    return head;
}

static struct node *sort(struct node *head) {
    if (!head || !head->next) return head;
    struct node *middle = head;
    for (struct node *end = head->next; end && end->next; end = end->next->next) middle = middle->next;
    struct node *second = middle->next;
    middle->next = NULL;
    return merge(sort(head), sort(second));
}

static struct node *reverse(struct node *head) {
    struct node *reversed = NULL;
    while (head) {
        struct node *next = head->next;
        head->next = reversed;
        reversed = head;
        head = next;
    }
    return reversed;
}

/* The first value that is not below the wanted one. */
static uint32_t find(const struct node *head, uint32_t wanted) {
    while (head && head->value < wanted) head = head->next;
    return head ? head->value : 0;
}

uint32_t bench_step(uint32_t seed) {
    uint32_t random = seed | 1;
    for (struct node *node = list; node; node = node->next) node->value = bench_random(&random);
    list = sort(list);
    seed = find(list, 0x40000000u) ^ find(list, 0xc0000000u) ^ random;
    list = reverse(list);
    return seed;
}
