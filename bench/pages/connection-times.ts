/** Runs before everything else of a page: notes when it joins, and when its first data channel is open. */

/** Milliseconds of the page's clock. */
export interface ConnectionTimes {
  /** The first WebSocket is made: the way to the tracker. */
  joinMs?: number;
  /** The first data channel is open. */
  openMs?: number;
}

declare global {
  interface Window {
    connectionTimes?: ConnectionTimes;
  }
}

const times: ConnectionTimes = {};
window.connectionTimes = times;

window.WebSocket = class extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    times.joinMs ??= performance.now();
    super(url, protocols);
  }
};

window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    this.addEventListener('datachannel', ({ channel }) => watch(channel));
  }

  override createDataChannel(label: string, init?: RTCDataChannelInit): RTCDataChannel {
    const channel = super.createDataChannel(label, init);
    watch(channel);
    return channel;
  }
};

function watch(channel: RTCDataChannel): void {
  const opened = (): void => {
    times.openMs ??= performance.now();
  };
  if (channel.readyState === 'open') opened();
  else channel.addEventListener('open', opened);
}
