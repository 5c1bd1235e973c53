/**
 * The own traffic of a visitor: `probe.ts HOST PORT` sends a datagram to an echo every 20 ms. Answers a message by
 * the round trips since the last one, in milliseconds; a datagram that did not come back is `null`.
 */
import { createSocket } from 'node:dgram';

const everyMs = 20;
const [host = '', port = ''] = process.argv.slice(2);
const sent: number[] = [];
const back = new Map<number, number>();
const socket = createSocket('udp4');
socket.on('message', (bytes) => {
  const at = Number(bytes.toString());
  back.set(at, performance.now() - at);
});
setInterval(() => {
  const at = performance.now();
  sent.push(at);
  socket.send(String(at), Number(port), host);
}, everyMs);
process.on('message', () => {
  process.send?.(sent.splice(0).map((at) => back.get(at) ?? null));
  back.clear();
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
