// flood PACKET-IN-HEX RATE: sends that IPv4 packet (header included) RATE times a second, as evenly as it can, until its
// standard input ends; then prints the rate that it reached. Part of a test: see packets.py.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH 64

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int main(int count, char** arguments) {
  if (count != 3) return 2;
  unsigned char packet[256];
  const size_t size = strlen(arguments[1]) / 2;
  for (size_t i = 0; i < size && i < sizeof packet; ++i) sscanf(arguments[1] + 2 * i, "%2hhx", &packet[i]);
  const double rate = atof(arguments[2]), began = now();
  const int sock = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
  struct sockaddr_in to = {.sin_family = AF_INET};
  memcpy(&to.sin_addr, packet + 16, 4);
  struct iovec data = {packet, size};
  struct mmsghdr messages[BATCH];
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < BATCH; ++i) {
    messages[i].msg_hdr.msg_name = &to;
    messages[i].msg_hdr.msg_namelen = sizeof to;
    messages[i].msg_hdr.msg_iov = &data;
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  double sent = 0;
  struct pollfd input = {.fd = 0, .events = POLLIN};
  while (poll(&input, 1, 0) == 0) {
    const double owed = (now() - began) * rate - sent;
    if (owed < BATCH) {
      const struct timespec pause = {0, 500000};
      nanosleep(&pause, NULL);
      continue;
    }
    const int done = sendmmsg(sock, messages, BATCH, 0);
    sent += done > 0 ? done : 0;
    if (owed > rate / 10) sent += owed - rate / 10;  // what could not be sent in time is not made up for
  }
  printf("%f\n", sent / (now() - began));
  return 0;
}
