/** One WebRTC connection of a scripted peer: signals in and out, the control channel, the packs' channels. */
import type { DataChannel, PeerConnection } from 'node-datachannel';
import datachannel from 'node-datachannel';
import type { Certificate } from './certificate.ts';
import { controlChannelLabel, type PeerMessage } from '../../../protocol/peer-messages.ts';
import type { SignalBody } from '../../../protocol/tracker.ts';

export interface ConnectionEvents {
  send(body: SignalBody): void;
  /** The control channel is open. */
  open(): void;
  channel(channel: DataChannel): void;
  /** Text on the control channel. */
  heard(text: string): void;
  closed(): void;
}

export class Connection {
  readonly #connection: PeerConnection;
  readonly #control: DataChannel;
  #closed = false;

  constructor(certificate: Certificate, events: ConnectionEvents) {
    const connection = new datachannel.PeerConnection('scripted', {
      iceServers: [],
      disableAutoNegotiation: true,
      ...certificate,
    });
    this.#connection = connection;
    connection.onLocalDescription((sdp, type) => {
      if (type === 'offer' || type === 'answer') events.send({ kind: type, sdp });
    });
    connection.onLocalCandidate((candidate, mid) => {
      events.send({ kind: 'candidate', candidate: candidate.replace(/^a=/, ''), mid });
    });
    connection.onDataChannel((channel) => events.channel(channel));
    connection.onStateChange((state) => {
      if (state === 'closed' || state === 'failed' || state === 'disconnected') this.#end(events);
    });
    this.#control = connection.createDataChannel(controlChannelLabel, { negotiated: true, id: 0 });
    this.#control.onOpen(() => events.open());
    this.#control.onMessage((data) => {
      if (typeof data === 'string') events.heard(data);
    });
    this.#control.onClosed(() => this.#end(events));
  }

  dial(): void {
    this.#connection.setLocalDescription('offer');
  }

  /** A signal; one that comes too late, or does not fit, is ignored. */
  take(body: SignalBody): void {
    try {
      this.#take(body);
    } catch {
      // The library throws where a browser would reject.
    }
  }

  #take(body: SignalBody): void {
    switch (body.kind) {
      case 'offer':
        this.#connection.setRemoteDescription(body.sdp, 'offer');
        this.#connection.setLocalDescription('answer');
        return;
      case 'answer':
        return this.#connection.setRemoteDescription(body.sdp, 'answer');
      case 'candidate':
        if (body.candidate !== '') this.#connection.addRemoteCandidate(body.candidate, body.mid ?? '0');
        return;
      case 'refuse':
        return this.close();
    }
  }

  /** Text on the control channel; whatever is given goes out as it is. */
  say(message: PeerMessage | string): void {
    try {
      const text = typeof message === 'string' ? message : JSON.stringify(message);
      if (this.#control.isOpen()) this.#control.sendMessage(text);
    } catch {
      // The other side has closed it, and the library finds out by sending.
    }
  }

  openChannel(label: string): DataChannel {
    return this.#connection.createDataChannel(label);
  }

  close(): void {
    this.#connection.close();
  }

  #end(events: ConnectionEvents): void {
    if (this.#closed) return;
    this.#closed = true;
    events.closed();
  }
}
