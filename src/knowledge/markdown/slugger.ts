/** A heading's anchor as GitHub writes it: `Set up (Linux)` → `set-up-linux`. */
const toSlug = (heading: string) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-')

/** Gives anchors for the headings of one document in order; a repeated one gets `-1`, `-2` and so on. */
export function createSlugger(): (heading: string) => string {
  const used = new Map<string, number>()
  return (heading) => {
    const base = toSlug(heading)
    let slug = base
    let count = used.get(base) ?? 0
    while (used.has(slug)) slug = `${base}-${++count}`
    used.set(base, count)
    used.set(slug, used.get(slug) ?? 0)
    return slug
  }
}
