import { AppError } from '../../core/errors.ts'
import { maskSecrets } from '../../core/mask-secrets.ts'

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 }

const dayMs = 86_400_000

/** A day that exists as the last millisecond of it, in UTC. */
function findEndOfDay(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined
  const start = Date.parse(`${text}T00:00:00Z`)
  const isReal = !Number.isNaN(start) && new Date(start).toISOString().startsWith(text)
  return isReal ? start + dayMs - 1 : undefined
}

function findTime(text: string, nowMs: number): number | undefined {
  const [, amount, unit = ''] = /^(\d{1,5})([hd])$/.exec(text) ?? []
  return amount === undefined ? findEndOfDay(text) : nowMs + Number(amount) * (unitMs[unit] ?? 0)
}

/**
 * When a key is to end, in ms since the epoch, from `90d`, `12h`, the last day on which it is good (`2027-01-31`, in UTC) or
 * `never`, which is undefined. Throws `invalid_argument`.
 */
export function parseExpiry(text: string, path: string, nowMs: number): number | undefined {
  const plain = text.trim().toLowerCase()
  if (plain === 'never') return undefined
  const time = findTime(plain, nowMs)
  if (time !== undefined && time > nowMs) return time
  throw new AppError({
    code: 'invalid_argument',
    message: time === undefined ? `${path} is not a time that a key can end at.` : `${path} is in the past.`,
    path,
    actual: maskSecrets(text, 60),
    expected: '90d, 12h, 2027-01-31 or never',
    next: 'Write days (90d), hours (12h), the last day in UTC (2027-01-31), or never.',
  })
}
