/** What bounds the hub. A configuration needs none of it; tests set some lower. */
export interface HubLimits {
  /** Open WebSockets. */
  readonly connections: number;
  /** Of them, from one range of addresses (/24, /48); loopback is exempt, a proxy comes from there. */
  readonly connectionsPerRange: number;
  /** New WebSockets a second from one range, once {@link connectionsPerRange} have come at once. */
  readonly connectsPerSecond: number;
  /** Sent to one socket and not yet taken by the other side: above it, the socket is dropped. */
  readonly bufferedBytes: number;
  /** The same for all sockets together: above it, those with most are dropped. */
  readonly bufferedBytesInAll: number;
  /** How long a socket may leave something untaken. */
  readonly slowMs: number;
  /** A socket that misses two pings in a row is dropped: after three intervals at the latest. */
  readonly pingIntervalMs: number;
  /** How long a socket whose peer id somebody else claims has to answer a ping. */
  readonly probeMs: number;
  /** A socket that is in no swarm for so long is closed. */
  readonly idleMs: number;
  /** A socket in a swarm that says nothing for so long: five announces are due in this time. */
  readonly silentMs: number;
  /** Cells of figures that wait for a database that does not take them. */
  readonly waitingCells: number;
  /** Size of the database; when it is full, no figures are taken. */
  readonly databaseBytes: number;
}

export const defaultLimits: HubLimits = {
  connections: 50_000,
  connectionsPerRange: 5_000,
  connectsPerSecond: 100,
  bufferedBytes: 1024 * 1024,
  bufferedBytesInAll: 256 * 1024 * 1024,
  slowMs: 30_000,
  pingIntervalMs: 30_000,
  probeMs: 5_000,
  idleMs: 120_000,
  silentMs: 600_000,
  waitingCells: 200_000,
  databaseBytes: 8 * 1024 ** 3,
};
