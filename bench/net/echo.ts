/** `echo.ts HOST PORT`: sends datagrams back. */
import { createSocket } from 'node:dgram';

const [host = '', port = ''] = process.argv.slice(2);
const socket = createSocket('udp4');
socket.on('message', (bytes, { port: from, address }) => socket.send(bytes, from, address));
socket.bind(Number(port), host, () => process.send?.('ready'));
process.on('disconnect', () => process.exit(0));
