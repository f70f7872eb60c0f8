/** What a search is: its parts as the page's address holds them, and the request that they make. */

import { post } from "./api.js";

const LISTS = ["publisher", "author", "language", "article"];
const DAYS = ["after", "before"];

/** What an address asks for. */
export function wantedAt(search) {
  const state = new URLSearchParams(search);
  const query = (state.get("q") ?? "").trim();
  const like = state.get("like");
  const limits = {};
  for (const name of LISTS) if (state.get(name)) limits[name] = state.getAll(name).filter(Boolean);
  for (const name of DAYS) if (state.get(name)) limits[name] = state.get(name);
  const title = query || (like && `Like ${like}`);
  return {
    state,
    query,
    like: query ? null : like,
    limits,
    group: state.get("group") === "article" ? "article" : "passage",
    written: state.has("written"),
    title: title ? `${title} · Pressmark` : "Pressmark",
  };
}

/** A page of results: `k` of them behind the `cursor`, which is null at the beginning. */
export function find({ query, like, limits, group }, k, cursor, signal) {
  if (like) return post("/v1/similar", { locator: like, k, cursor, ...limits }, signal);
  return post("/v1/search", { query, k, cursor, group, ...limits }, signal);
}
