/** One row of the sample table, as JavaScript sees it: the truth that answers are compared with. */
export type SampleRow = Readonly<{
  traceId: string
  spanId: string
  /** Nanoseconds since the epoch. */
  ns: bigint
  text: string | null
  team: string | null
  whole: bigint | null
  small: bigint | null
  real: number | null
  flag: boolean | null
  moment: bigint | null
  attributes: Readonly<Record<string, string>>
}>

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export const pick = <T>(random: () => number, values: readonly T[]): T =>
  values[Math.floor(random() * values.length)] as T

export const texts = [
  'alpha',
  'Alpha',
  'ALPHABET',
  'beta gamma',
  "O'Brien",
  'say "hi"',
  '100%',
  'a_b',
  'back\\slash',
  'größe',
  'GRÖSSE',
  '日本語',
  '🎧 headset',
  '; DROP TABLE sample; --',
  ' padded ',
  'true',
  '1',
  'new\nline',
] as const

export const wholes: readonly bigint[] = [
  0n,
  1n,
  -1n,
  3n,
  -250n,
  9007199254740991n,
  9007199254740992n,
  9007199254740993n,
  -9007199254740993n,
  1777593600123456789n,
  1777593600123456790n,
  9223372036854775807n,
  -9223372036854775808n,
]

/** 2026-05-01T00:00:00Z. */
export const start = 1_777_593_600_000_000_000n

/** The keys of the attribute map that no column holds, with the types they are read as. */
export const rareKeys = {
  text: `it's "odd"; -- ü`,
  number: 'cx.rare.number',
  flag: 'cx.rare.flag',
  time: 'cx.rare.time',
} as const

const attributes = (random: () => number): Readonly<Record<string, string>> => ({
  ...(random() < 0.5 && { [rareKeys.text]: pick(random, ['red', 'blue', '', "gr'een"]) }),
  ...(random() < 0.5 && { [rareKeys.number]: pick(random, ['1.5', '-2', 'not a number', '7e2']) }),
  ...(random() < 0.5 && { [rareKeys.flag]: pick(random, ['true', 'false', 'maybe']) }),
  ...(random() < 0.5 && { [rareKeys.time]: pick(random, ['2026-05-01T10:00:00+02:00', 'yesterday']) }),
})

/** Rows over two days, a fifth of the cells without a value. Doubles are quarters, so that sums are exact in any order. */
export function createRows(count: number, seed: number): readonly SampleRow[] {
  const random = createRandom(seed)
  const orNull = <T>(make: () => T): T | null => (random() < 0.2 ? null : make())
  return Array.from({ length: count }, (_, i) => ({
    traceId: `${Math.floor(random() * 40)}`.padStart(32, '0'),
    spanId: `${i}`.padStart(16, '0'),
    ns: start + BigInt(Math.floor(random() * 172_800)) * 1_000_000_000n + BigInt(i % 3) * 333n,
    text: orNull(() => pick(random, texts)),
    team: orNull(() => pick(random, ['red', 'blue', 'größe', ''])),
    whole: orNull(() => pick(random, wholes)),
    small: orNull(() => BigInt(Math.floor(random() * 20) - 5)),
    real: orNull(() => (random() < 0.05 ? Number.NaN : Math.floor(random() * 4000 - 2000) / 4)),
    flag: orNull(() => random() < 0.4),
    moment: orNull(() => start + BigInt(Math.floor(random() * 5)) * 1_000_000_001n - 20_000_000_000_000_000n),
    attributes: attributes(random),
  }))
}
