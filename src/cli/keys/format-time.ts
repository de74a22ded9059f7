/** A time in ms since the epoch as people read it, in UTC: `2027-01-31 23:59`; what is none as `never`. */
export const formatTime = (ms: number | undefined): string =>
  ms === undefined ? 'never' : new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
