/** Where to go after signing in. Only a path of this site: `//elsewhere` or a full address would lead people away. */
export function nextPath(query: Record<string, string>): string {
  const next = query['next'] ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}

export function withNext(path: string, query: Record<string, string>): string {
  const next = query['next'];
  return next === undefined ? path : `${path}?next=${encodeURIComponent(next)}`;
}
