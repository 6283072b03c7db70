/** Whether a browser says that it has this version already (RFC 9110, 13.1.2). A proxy may have marked the tag as weak, and a cache may name several versions that it has. */
export function hasAlready(ifNoneMatch: string | undefined, tag: string): boolean {
  const tags = ifNoneMatch?.split(',') ?? [];
  return tags.some((each) => each.trim().replace(/^W\//, '') === tag);
}
