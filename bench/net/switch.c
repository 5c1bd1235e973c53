/*
 * A wide area on one machine: an Ethernet switch in user space for kernels without netem.
 *
 *   switch NETNS:UP:DOWN:DELAY:JITTER:LOSS:QUEUE ...
 *
 * Makes the interface `wide0` in each named network namespace (a TAP device, MAC 02:00:00:00:00:<place>) and
 * carries frames between them. Each host hangs on an access line of its own: UP and DOWN in kbit/s, DELAY and
 * JITTER of one direction in microseconds, LOSS of one direction in parts per million, QUEUE: milliseconds of
 * waiting after which the line drops (drop-tail). 0 is: no limit, none. So the round trip between hosts a and b
 * takes 2 * (DELAY of a + DELAY of b) and what waits in queues.
 *
 * Says `ready` when all interfaces are there. Answers each line on its input by one line of JSON with counters,
 * and ends with its input: nobody has to kill it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <net/if_arp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { hosts_limit = 64, frame_limit = 2048, reads_at_once = 32 };
typedef int64_t nanos;

/* One direction of an access line. */
struct line {
  double kbit;
  nanos free_at, last_out;
  uint64_t frames, bytes, dropped, longest_wait;
};

struct host {
  int tap;
  char netns[128];
  struct line up, down;
  nanos delay, jitter, queue;
  double loss;
};

/* A frame on its way: first to the far end of the backbone, then out of the receiver's line. */
struct frame {
  nanos at;
  uint64_t order;
  int to, on_last_line, length;
  uint8_t bytes[];
};

static struct host hosts[hosts_limit];
static int host_count;
static struct frame **heap;
static int heap_count, heap_room;
static uint64_t next_order;

static void fail(const char *what) {
  fprintf(stderr, "switch: %s: %s\n", what, strerror(errno));
  exit(1);
}

static nanos now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (nanos)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int is_before(const struct frame *a, const struct frame *b) {
  return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void push(struct frame *frame) {
  if (heap_count == heap_room) {
    heap_room = heap_room ? 2 * heap_room : 1024;
    heap = realloc(heap, (size_t)heap_room * sizeof *heap);
    if (!heap) fail("memory");
  }
  frame->order = next_order++;
  int at = heap_count++;
  for (int above; at > 0 && is_before(frame, heap[above = (at - 1) / 2]); at = above) heap[at] = heap[above];
  heap[at] = frame;
}

static struct frame *pop(void) {
  struct frame *first = heap[0], *last = heap[--heap_count];
  int at = 0;
  for (int below; (below = 2 * at + 1) < heap_count; at = below) {
    if (below + 1 < heap_count && is_before(heap[below + 1], heap[below])) below++;
    if (!is_before(heap[below], last)) break;
    heap[at] = heap[below];
  }
  heap[at] = last;
  return first;
}

/* When a frame that comes to the line at `at` has left it, or -1: the queue is full, or the frame is lost. */
static nanos through(struct line *line, const struct host *host, nanos at, int length) {
  nanos start = at > line->free_at ? at : line->free_at;
  int is_full = host->queue > 0 && start - at > host->queue;
  if (is_full || (host->loss > 0 && drand48() < host->loss)) {
    line->dropped++;
    return -1;
  }
  if ((uint64_t)(start - at) > line->longest_wait) line->longest_wait = (uint64_t)(start - at);
  line->free_at = start + (line->kbit > 0 ? (nanos)(length * 8e6 / line->kbit) : 0);
  line->frames++;
  line->bytes += (uint64_t)length;
  nanos out = line->free_at + host->delay + (nanos)(drand48() * (double)host->jitter);
  /* Jitter does not reorder: a line is a queue. */
  if (out < line->last_out) out = line->last_out;
  return line->last_out = out;
}

static void send_towards(int to, nanos at, const uint8_t *bytes, int length) {
  struct frame *frame = malloc(sizeof *frame + (size_t)length);
  if (!frame) fail("memory");
  *frame = (struct frame){.at = at, .to = to, .length = length};
  memcpy(frame->bytes, bytes, (size_t)length);
  push(frame);
}

static void take_from(int from) {
  uint8_t bytes[frame_limit];
  for (int i = 0; i < reads_at_once; i++) {
    int length = (int)read(hosts[from].tap, bytes, sizeof bytes);
    if (length < 14) return;
    nanos at = through(&hosts[from].up, &hosts[from], now(), length);
    if (at < 0) continue;
    /* Bit 0 of an address: to all. The place of a host is in the last byte of its address. */
    if (!(bytes[0] & 1)) {
      if (bytes[5] < host_count && bytes[5] != from) send_towards(bytes[5], at, bytes, length);
      continue;
    }
    for (int to = 0; to < host_count; to++)
      if (to != from) send_towards(to, at, bytes, length);
  }
}

/* Moves everything that is due. */
static void move(void) {
  while (heap_count > 0 && heap[0]->at <= now()) {
    struct frame *frame = pop();
    struct host *host = &hosts[frame->to];
    if (!frame->on_last_line) {
      frame->at = through(&host->down, host, frame->at, frame->length);
      frame->on_last_line = 1;
      if (frame->at >= 0) {
        push(frame);
        continue;
      }
    } else if (write(host->tap, frame->bytes, (size_t)frame->length) < 0) {
      host->down.dropped++;
    }
    free(frame);
  }
}

static void print_line(const char *name, const struct line *line) {
  printf("\"%s\":{\"frames\":%llu,\"bytes\":%llu,\"dropped\":%llu,\"longestWaitMs\":%.1f}", name,
         (unsigned long long)line->frames, (unsigned long long)line->bytes, (unsigned long long)line->dropped,
         (double)line->longest_wait / 1e6);
}

static void print_counters(void) {
  printf("[");
  for (int i = 0; i < host_count; i++) {
    printf("%s{\"netns\":\"%s\",", i ? "," : "", hosts[i].netns);
    print_line("up", &hosts[i].up);
    printf(",");
    print_line("down", &hosts[i].down);
    printf("}");
  }
  printf("]\n");
  fflush(stdout);
}

static void plug_in(int place, const char *words) {
  struct host *host = &hosts[place];
  double delay, jitter, loss, queue;
  int read = sscanf(words, "%127[^:]:%lf:%lf:%lf:%lf:%lf:%lf", host->netns, &host->up.kbit, &host->down.kbit,
                    &delay, &jitter, &loss, &queue);
  if (read != 7) errno = EINVAL, fail(words);
  host->delay = (nanos)(delay * 1e3);
  host->jitter = (nanos)(jitter * 1e3);
  host->loss = loss / 1e6;
  host->queue = (nanos)(queue * 1e6);

  char path[256];
  snprintf(path, sizeof path, "/var/run/netns/%s", host->netns);
  int netns = open(path, O_RDONLY | O_CLOEXEC);
  if (netns < 0 || setns(netns, CLONE_NEWNET)) fail(path);
  close(netns);
  host->tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI, .ifr_name = "wide0"};
  if (host->tap < 0 || ioctl(host->tap, TUNSETIFF, &request)) fail("/dev/net/tun");
  uint8_t address[6] = {2, 0, 0, 0, 0, (uint8_t)place};
  request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
  memcpy(request.ifr_hwaddr.sa_data, address, sizeof address);
  if (ioctl(host->tap, SIOCSIFHWADDR, &request)) fail("address of wide0");
}

int main(int count, char **words) {
  host_count = count - 1;
  if (host_count < 1 || host_count > hosts_limit) errno = EINVAL, fail("hosts");
  int poll = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < host_count; i++) {
    plug_in(i, words[i + 1]);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, hosts[i].tap, &event)) fail("epoll");
  }
  struct epoll_event input = {.events = EPOLLIN, .data.u32 = hosts_limit};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, STDIN_FILENO, &input)) fail("epoll");
  /* A line does not get slower because browsers are busy. Without the right to it, it is done without. */
  struct sched_param first = {.sched_priority = 10};
  sched_setscheduler(0, SCHED_RR, &first);
  printf("ready\n");
  fflush(stdout);
  for (;;) {
    move();
    nanos wait = heap_count > 0 ? heap[0]->at - now() : 1000000000;
    if (wait < 0) wait = 0;
    struct timespec rest = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
    struct epoll_event events[hosts_limit + 1];
    int ready = epoll_pwait2(poll, events, hosts_limit + 1, &rest, NULL);
    for (int i = 0; i < ready; i++) {
      char asked[256];
      if (events[i].data.u32 < hosts_limit) take_from((int)events[i].data.u32);
      else if (read(STDIN_FILENO, asked, sizeof asked) > 0) print_counters();
      else return 0;
    }
  }
}
