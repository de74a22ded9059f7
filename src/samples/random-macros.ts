import { defineStatement } from '../engine/engine.ts'

/**
 * Macros for draws that depend on nothing but a key and a salt, so that the same seed gives the same rows
 * in any order and on any number of threads.
 *
 * - `key_of(parent, salt)`: a key derived from a key (UBIGINT). The outer hash matters: DuckDB combines
 *   the hashes of several arguments by XOR, which alone would tie the draws of two salts to each other.
 * - `uniform(key, salt)`: in (0, 1); `normal`: standard normal (Box-Muller); `lognormal`, `exponential`: by inverse transform
 * - `chance(key, salt, p)`: true with probability p; `pick(key, salt, list)`: one element
 * - `whole(x)`: x rounded down, BIGINT; `clamp(x, low, high)`
 * - `hex_id(key)`: 16 lower-case hex digits; `uuid_of(key)`; `contact_id(journey key, leg index)`
 */
export const randomMacros = [
  'key_of(parent, salt) AS hash(hash(parent, salt))',
  'uniform(key, salt) AS ((samples.key_of(key, salt) >> 12)::DOUBLE + 0.5) / 4503599627370496',
  `normal(key, salt) AS sqrt(-2 * ln(samples.uniform(key, salt))) * cos(2 * pi() * samples.uniform(key, salt || ' angle'))`,
  'lognormal(key, salt, median, sigma) AS median * exp(sigma * samples.normal(key, salt))',
  'exponential(key, salt, mean) AS -mean * ln(samples.uniform(key, salt))',
  'chance(key, salt, p) AS samples.uniform(key, salt) < p',
  'whole(x) AS CAST(floor(x) AS BIGINT)',
  'clamp(x, low, high) AS least(greatest(x, low), high)',
  'pick(key, salt, list) AS list[1 + samples.whole(len(list) * samples.uniform(key, salt))]',
  `hex_id(key) AS lower(lpad(hex(key), 16, '0'))`,
  'uuid_of(key) AS CAST(CAST(samples.hex_id(key) || samples.hex_id(hash(key)) AS UUID) AS VARCHAR)',
  `contact_id(key, leg_index) AS samples.uuid_of(samples.key_of(samples.key_of(key, 'contact'), leg_index::BIGINT))`,
].map((definition) => defineStatement(`CREATE MACRO samples.${definition}`))
