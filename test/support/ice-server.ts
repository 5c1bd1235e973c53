/**
 * STUN and TURN on this machine (RFC 8489, RFC 8656), as little as browsers need: everybody has the public
 * address 203.0.113.5, and relays have 203.0.113.9, which lead to each other inside of this server only.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import type { IceServer } from '../../protocol/site-config.ts';

export const publicAddress = '203.0.113.5';
export const relayAddress = '203.0.113.9';

const magic = 0x2112a442;
const realm = 'test';
const user = 'user';
const password = 'password';
const key = createHash('md5').update(`${user}:${realm}:${password}`).digest();
const attributes = {
  integrity: 0x0008,
  errorCode: 0x0009,
  channel: 0x000c,
  lifetime: 0x000d,
  peer: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  relayed: 0x0016,
  mapped: 0x0020,
} as const;
const methods = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  permission: 0x008,
  channel: 0x009,
} as const;
const sendIndication = 0x0016;
const dataIndication = 0x0017;

interface Allocation {
  readonly client: RemoteInfo;
  /** Ports of peers by channel number. */
  readonly channels: Map<number, number>;
}

export interface IceServerForTests {
  readonly stun: IceServer;
  readonly turn: IceServer;
  /** Payload bytes that went from relay to relay. */
  readonly relayedBytes: () => number;
  readonly close: () => void;
}

export async function startIceServer(): Promise<IceServerForTests> {
  const socket = createSocket('udp4');
  /** By the port of the relay. */
  const allocations = new Map<number, Allocation>();
  let relayedBytes = 0;
  const send = (bytes: Buffer, { port, address }: RemoteInfo): void => socket.send(bytes, port, address);
  const portOf = (client: RemoteInfo): number | undefined =>
    [...allocations].find(
      ([
        ,
        {
          client: { port, address },
        },
      ]) => port === client.port && address === client.address,
    )?.[0];

  /** From one relay to another. */
  function relay(from: number, to: number | undefined, payload: Buffer): void {
    const target = to === undefined ? undefined : allocations.get(to);
    if (target === undefined) return;
    relayedBytes += payload.length;
    const channel = [...target.channels].find(([, port]) => port === from)?.[0];
    if (channel === undefined) {
      const body = [
        attribute(attributes.peer, addressOf(relayAddress, from)),
        attribute(attributes.data, payload),
      ];
      return send(message(dataIndication, randomBytes(12), body), target.client);
    }
    const header = Buffer.alloc(4);
    header.writeUInt16BE(channel, 0);
    header.writeUInt16BE(payload.length, 2);
    send(Buffer.concat([header, payload]), target.client);
  }

  function answer(type: number, id: Buffer, received: ReadonlyMap<number, Buffer>, client: RemoteInfo): void {
    const ok = (...body: Buffer[]): void =>
      send(message(type | 0x100, id, body, type !== methods.binding), client);
    const lifetime = attribute(attributes.lifetime, Buffer.from([0, 0, 2, 88]));
    const mapped = attribute(attributes.mapped, addressOf(publicAddress, client.port));
    if (type === methods.binding) return ok(mapped);
    if (!received.has(attributes.integrity)) {
      const unauthorized = attribute(attributes.errorCode, Buffer.from([0, 0, 4, 1]));
      const challenge = [
        attribute(attributes.realm, Buffer.from(realm)),
        attribute(attributes.nonce, Buffer.from('nonce')),
      ];
      return send(message(type | 0x110, id, [unauthorized, ...challenge]), client);
    }
    switch (type) {
      case methods.allocate: {
        const port = portOf(client) ?? 20_000 + allocations.size;
        allocations.set(port, allocations.get(port) ?? { client, channels: new Map() });
        return ok(attribute(attributes.relayed, addressOf(relayAddress, port)), mapped, lifetime);
      }
      case methods.channel: {
        const own = allocations.get(portOf(client) ?? 0);
        own?.channels.set(received.get(attributes.channel)?.readUInt16BE(0) ?? 0, peerPort(received) ?? 0);
        return ok();
      }
      case methods.refresh:
        return ok(lifetime);
      default:
        return ok();
    }
  }

  socket.on('message', (bytes, client) => {
    const type = bytes.readUInt16BE(0);
    if (type >= 0x4000) {
      const own = portOf(client) ?? 0;
      return relay(
        own,
        allocations.get(own)?.channels.get(type),
        bytes.subarray(4, 4 + bytes.readUInt16BE(2)),
      );
    }
    const received = attributesOf(bytes);
    if (type !== sendIndication) return answer(type, bytes.subarray(8, 20), received, client);
    const payload = received.get(attributes.data);
    if (payload !== undefined) relay(portOf(client) ?? 0, peerPort(received), payload);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  return {
    stun: { urls: `stun:127.0.0.1:${port}` },
    turn: { urls: `turn:127.0.0.1:${port}?transport=udp`, username: user, credential: password },
    relayedBytes: () => relayedBytes,
    close: () => socket.close(),
  };
}

function attributesOf(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 20; at + 4 <= bytes.length;) {
    const length = bytes.readUInt16BE(at + 2);
    found.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return found;
}

function peerPort(received: ReadonlyMap<number, Buffer>): number | undefined {
  const peer = received.get(attributes.peer);
  return peer === undefined ? undefined : peer.readUInt16BE(2) ^ (magic >>> 16);
}

/** An address as XOR-MAPPED-ADDRESS writes it. */
function addressOf(address: string, port: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes[1] = 1;
  bytes.writeUInt16BE(port ^ (magic >>> 16), 2);
  const plain = Buffer.from(address.split('.').map(Number)).readUInt32BE(0);
  bytes.writeUInt32BE((plain ^ magic) >>> 0, 4);
  return bytes;
}

function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

function message(type: number, id: Buffer, body: readonly Buffer[], isSigned = false): Buffer {
  const content = Buffer.concat(body);
  const header = Buffer.alloc(20);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(content.length + (isSigned ? 24 : 0), 2);
  header.writeUInt32BE(magic, 4);
  id.copy(header, 8);
  const unsigned = Buffer.concat([header, content]);
  if (!isSigned) return unsigned;
  const integrity = createHmac('sha1', key).update(unsigned).digest();
  return Buffer.concat([unsigned, attribute(attributes.integrity, integrity)]);
}
