/* A driver for virtio over MMIO, both versions of its registers: disk (slot 0), console (slot 1), entropy (slot 2). */
#include "report.h"

#define SLOT(n) (0x10001000u + 0x1000u * (n))
enum {
    VERSION = 0x04, DEVICE = 0x08, FEATURES = 0x10, FEATURES_SEL = 0x14, ACCEPT = 0x20, ACCEPT_SEL = 0x24, PAGE = 0x28,
    QUEUE_SEL = 0x30, QUEUE_MAX = 0x34, QUEUE_NUM = 0x38, ALIGN = 0x3c, PFN = 0x40, QUEUE_READY = 0x44, NOTIFY = 0x50,
    INTERRUPT = 0x60, ACK = 0x64, STATUS = 0x70, DESC = 0x80, AVAIL = 0x90, USED = 0xa0, CONFIG = 0x100
};
#define NUM 8
#define WRITE 2
#define NEXT 1

struct descriptor { uint64_t address; uint32_t length; uint16_t flags, next; };
struct available { uint16_t flags, index, ring[NUM], used_event; };
struct used { volatile uint16_t flags, index; struct { uint32_t id, length; } ring[NUM]; };
/* As version 1 lays a queue out with pages of 4096: that suits version 2, too. */
struct queue {
    struct descriptor table[NUM];
    struct available available;
    uint8_t gap[4096 - NUM * sizeof(struct descriptor) - sizeof(struct available)];
    struct used used;
} __attribute__((aligned(4096)));

static struct queue queues[4];
static uint8_t sector[512] __attribute__((aligned(16)));
static struct { uint32_t type, reserved; uint64_t sector; } header;
static volatile uint8_t result;

static void barrier(void) { __asm__ volatile("fence" ::: "memory"); }

static void begin(uintptr_t base, uint32_t device, uint32_t code) {
    check(read32(base) == 0x74726976 && read32(base + DEVICE) == device, code);
    write32(base + STATUS, 0);
    write32(base + STATUS, 3);
    write32(base + ACCEPT_SEL, 0);
    write32(base + ACCEPT, 0);
    if (read32(base + VERSION) == 1) {
        write32(base + PAGE, 4096);
        return;
    }
    write32(base + ACCEPT_SEL, 1);
    write32(base + ACCEPT, 1);
    write32(base + STATUS, 11);
    check(read32(base + STATUS) == 11, code + 1);
}

static void set_up(uintptr_t base, uint32_t index, struct queue *queue) {
    write32(base + QUEUE_SEL, index);
    check(read32(base + QUEUE_MAX) >= NUM, 90);
    write32(base + QUEUE_NUM, NUM);
    if (read32(base + VERSION) == 1) {
        write32(base + ALIGN, 4096);
        write32(base + PFN, (uint32_t)((uintptr_t)queue / 4096));
        return;
    }
    write32(base + DESC, (uint32_t)(uintptr_t)queue->table);
    write32(base + AVAIL, (uint32_t)(uintptr_t)&queue->available);
    write32(base + USED, (uint32_t)(uintptr_t)&queue->used);
    write32(base + DESC + 4, 0);
    write32(base + AVAIL + 4, 0);
    write32(base + USED + 4, 0);
    write32(base + QUEUE_READY, 1);
}

static void put(struct queue *queue, uint16_t at, const volatile void *bytes, uint32_t length, uint16_t flags) {
    queue->table[at] = (struct descriptor){(uintptr_t)bytes, length, flags, (uint16_t)(at + 1)};
}
static void offer(uintptr_t base, uint32_t index, struct queue *queue, uint16_t head) {
    queue->available.ring[queue->available.index % NUM] = head;
    barrier();
    queue->available.index++;
    barrier();
    write32(base + NOTIFY, index);
}
/* Waits for the interrupt of a slot, polled at the PLIC, and lets go of it. */
static void hear(uint32_t slot, uint32_t code) {
    wait_for_external();
    check(plic_claim() == slot + 1, code);
    check(read32(SLOT(slot) + INTERRUPT) == 1, code + 1);
    write32(SLOT(slot) + ACK, 1);
    plic_complete(slot + 1);
}

static void disk_request(uint32_t type, uint64_t at, uint32_t code) {
    struct queue *queue = &queues[0];
    header.type = type;
    header.sector = at;
    result = 0xff;
    put(queue, 0, &header, 16, NEXT);
    put(queue, 1, sector, type == 8 ? 20 : 512, (uint16_t)(NEXT | (type == 1 ? 0 : WRITE)));
    put(queue, 2, &result, 1, WRITE);
    offer(SLOT(0), 0, queue, 0);
    hear(0, code);
    check(result == 0, code + 2);
}

static void disk(void) {
    begin(SLOT(0), 2, 1);
    set_up(SLOT(0), 0, &queues[0]);
    write32(SLOT(0) + STATUS, read32(SLOT(0) + STATUS) | 4);
    plic_enable(1);
    say_number("sectors", read32(SLOT(0) + CONFIG));
    disk_request(0, 1, 10);
    say((const char *)sector);
    for (uint32_t i = 0; i < 512; i++) sector[i] = (uint8_t)(i ^ 0x5a);
    disk_request(1, 2, 20);
    for (uint32_t i = 0; i < 512; i++) sector[i] = 0;
    disk_request(0, 2, 30);
    for (uint32_t i = 0; i < 512; i++) check(sector[i] == (uint8_t)(i ^ 0x5a), 33);
    disk_request(8, 0, 34);
    sector[20] = 0;
    say((const char *)sector);
    say("\n");
}

static void console(void) {
    static const char greeting[] = "hello from the guest\n";
    static char typed[8];
    begin(SLOT(1), 3, 40);
    set_up(SLOT(1), 0, &queues[1]);
    set_up(SLOT(1), 1, &queues[2]);
    write32(SLOT(1) + STATUS, read32(SLOT(1) + STATUS) | 4);
    plic_enable(2);
    put(&queues[2], 0, greeting, sizeof greeting - 1, 0);
    offer(SLOT(1), 1, &queues[2], 0);
    hear(1, 42);
    put(&queues[1], 0, typed, sizeof typed, WRITE);
    offer(SLOT(1), 0, &queues[1], 0);
    hear(1, 44);
    const uint32_t length = queues[1].used.ring[0].length;
    check(length <= sizeof typed, 46);
    put(&queues[2], 0, typed, length, 0);
    offer(SLOT(1), 1, &queues[2], 0);
    hear(1, 47);
}

static void entropy(void) {
    static uint32_t words[4];
    begin(SLOT(2), 4, 50);
    set_up(SLOT(2), 0, &queues[3]);
    write32(SLOT(2) + STATUS, read32(SLOT(2) + STATUS) | 4);
    plic_enable(3);
    put(&queues[3], 0, words, sizeof words, WRITE);
    offer(SLOT(2), 0, &queues[3], 0);
    hear(2, 52);
    check(queues[3].used.ring[0].length == sizeof words && words[0] != words[1], 54);
    say_number("random", words[0]);
}

int main(void) {
    say_number("version", read32(SLOT(0) + VERSION));
    disk();
    entropy();
    console();
    finish();
}
