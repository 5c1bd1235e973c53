/** The bounds of a page's connections, far below what browsers allow. */

import type { Rate } from './allowance.ts';

export interface LinkLimits {
  /** Links to have at least; a page dials while it has fewer. */
  readonly links: number;
  /** Links that we open at most, with those to members that are said to have what is wanted. */
  readonly named: number;
  /** Accepted links at most. */
  readonly accepted: number;
  /** Connections that are being made at a time, both ways: a hub could relay any number of offers. */
  readonly pending: number;
  /** Offers that are taken up. */
  readonly accepts: Rate;
  /**
   * Connection attempts in the life of a page, both ways. Chrome allows 500 connections that are not
   * yet collected, closed ones included (the error "Cannot create so many PeerConnections").
   */
  readonly attempts: number;
  /** Members that are remembered at most; the tracker could name any number. */
  readonly members: number;
}

/** The limits that follow from the site's `links` setting. */
export function linkLimits(links: number): LinkLimits {
  return {
    links,
    named: 3 * links,
    accepted: 3 * links,
    pending: 20,
    accepts: { burst: 20, perSecond: 1 },
    attempts: 200,
    members: 200,
  };
}
