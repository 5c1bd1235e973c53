import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startProbe } from '../../bench/net/child.ts';
import { startLab, type AccessLine } from '../../bench/net/lab.ts';
import { quantile } from '../../bench/statistics.ts';

const line: AccessLine = { upMbit: 10, downMbit: 20, delayMs: 12, jitterMs: 0, lossPercent: 0, queueMs: 100 };
/** What the lab itself asks for; without it there is nothing to test. */
const isPossible = process.getuid?.() === 0 && existsSync('/dev/net/tun') && existsSync('/usr/bin/cc');

/** Sends 3 Mbit in a burst, of which a queue of 100 ms takes 1 Mbit. */
const burst = `
  const socket = require('node:dgram').createSocket('udp4');
  for (let i = 0; i < 300; i++) socket.send(Buffer.alloc(1250), 9, '10.77.0.1');
  setTimeout(() => process.exit(), 500);
`;

describe.skipIf(!isPossible)('a wide area on this machine', () => {
  it('has the delay, the rate and the queue that it was asked for, and leaves nothing behind', async () => {
    const lab = await startLab([line, line]);
    try {
      const [far, near] = lab.hosts;
      if (far === undefined || near === undefined) throw new Error('two hosts were asked for');
      const probe = await startProbe(near, far);
      await probe();
      await sleep(1_000);
      const trips = (await probe()).flatMap((trip) => trip ?? []);
      // On a busy machine programs are late, the quickest of 50 the least.
      expect(quantile(trips, 0)).toBeGreaterThanOrEqual(48);
      expect(quantile(trips, 0)).toBeLessThan(60);

      const before = await lab.counters();
      const sender = near.spawn(process.execPath, ['-e', burst], 'ignore');
      await new Promise((resolve) => sender.once('exit', resolve));
      const [, up] = (await lab.counters()).map((host, i) => ({
        dropped: host.up.dropped - (before[i]?.up.dropped ?? 0),
        longestWaitMs: host.up.longestWaitMs,
      }));
      expect(up?.dropped).toBeGreaterThan(50);
      expect(up?.dropped).toBeLessThan(225);
      expect(up?.longestWaitMs).toBeGreaterThan(95);
      expect(up?.longestWaitMs).toBeLessThanOrEqual(100);
    } finally {
      await lab.close();
    }
    expect(existsSync(`/var/run/netns/shoal-wide-${process.pid}-0`)).toBe(false);
  });
});
