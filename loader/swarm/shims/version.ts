/** In place of `webtorrent/version.cjs`, which would bring the whole package.json along. */

export default '3.0.21';
