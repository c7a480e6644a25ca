// The page's one feed: everyone's for those who watch others, one's own for everybody else.
import { config } from "./config.js";
import { Feed } from "./live.js";
import { endSession, watchesOthers } from "./session.js";
import { createStore } from "./store.js";
import { getToken, onToken, refreshToken } from "./token.js";

export const currentFeed = createStore(null);
let forget = () => {};

export function startFeed(me) {
  stopFeed();
  const feed = new Feed({
    url: config.feed,
    scope: watchesOthers(me) ? "all" : "own",
    getToken,
    refresh: refreshToken,
    onSignedOut: endSession,
  });
  forget = onToken((token) => feed.extend(token));
  currentFeed.set(feed);
  feed.start();
}

export function stopFeed() {
  forget();
  currentFeed.get()?.stop();
  currentFeed.set(null);
}
