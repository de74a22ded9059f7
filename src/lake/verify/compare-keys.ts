import type { VerifySpace } from './verify-space.ts'

/** Two sets of keys that should be one. Each SELECT gives the keys and the `place`, a number, that a key is from. */
export type KeySets = Readonly<{
  expected: string
  found: string
  /** Names of the key columns, never NULL; the first is a hash, by which the work is cut into parts. */
  keys: readonly [string, ...string[]]
}>

/** Counts by place. */
export type Places = ReadonlyMap<number, number>

export type Comparison = Readonly<{
  /** Different keys on either side. */
  expected: number
  found: number
  /** Sums of the keys' hashes, in hexadecimal: equal for equal sets, whatever their order. */
  expectedSum: string
  foundSum: string
  /** Expected keys that were not found. */
  missing: Places
  /** Found keys that were not expected. */
  extra: Places
  /** Rows beyond the first of a found key. */
  repeated: Places
}>

/** Keys that are held in memory at once, about; some 100 bytes each. */
const keysAtOnce = 500_000

const compile = ({ expected, found, keys }: KeySets, part: number, parts: number) => {
  const list = keys.join(', ')
  const some = `WHERE ${keys[0]} % ${parts} = ${part} GROUP BY ALL`
  return `WITH expected AS MATERIALIZED (SELECT ${list}, min(place) AS place FROM (${expected}) ${some}),
found AS MATERIALIZED (SELECT ${list}, min(place) AS place, count(*) AS copies FROM (${found}) ${some})
SELECT 'expected' AS fact, 0 AS place, count(*) AS n, sum(hash(${list}))::VARCHAR AS total FROM expected
UNION ALL
SELECT 'found', 0, count(*), sum(hash(${list}))::VARCHAR FROM found
UNION ALL
SELECT 'missing', place, count(*), '0' FROM expected ANTI JOIN found USING (${list}) GROUP BY place
UNION ALL
SELECT 'extra', place, count(*), '0' FROM found ANTI JOIN expected USING (${list}) GROUP BY place
UNION ALL
SELECT 'repeated', place, sum(copies - 1)::BIGINT, '0' FROM found WHERE copies > 1 GROUP BY place`
}

const toHex = (sum: bigint) => BigInt.asUintN(64, sum).toString(16).padStart(16, '0')

/** Compares part by part, so that memory is bounded however many keys there are; `rows` is about how many. */
export async function compareKeys(space: VerifySpace, rows: number, sets: KeySets): Promise<Comparison> {
  const counts = new Map<string, Map<number, number>>()
  const sums = new Map<string, bigint>()
  const parts = Math.max(1, Math.ceil(rows / keysAtOnce))
  for (let part = 0; part < parts; part++) {
    for (const row of await space.run(compile(sets, part, parts))) {
      const fact = String(row['fact'])
      const places = counts.get(fact) ?? new Map<number, number>()
      const place = Number(row['place'])
      counts.set(fact, places.set(place, (places.get(place) ?? 0) + Number(row['n'])))
      sums.set(fact, (sums.get(fact) ?? 0n) + BigInt(String(row['total'] ?? 0)))
    }
  }
  const placesOf = (fact: string): Places => counts.get(fact) ?? new Map()
  return {
    expected: sumPlaces(placesOf('expected')),
    found: sumPlaces(placesOf('found')),
    expectedSum: toHex(sums.get('expected') ?? 0n),
    foundSum: toHex(sums.get('found') ?? 0n),
    missing: placesOf('missing'),
    extra: placesOf('extra'),
    repeated: placesOf('repeated'),
  }
}

export const sumPlaces = (places: Places): number =>
  [...places.values()].reduce((sum, count) => sum + count, 0)
