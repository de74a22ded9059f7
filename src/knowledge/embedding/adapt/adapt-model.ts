import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { takeSpread } from '../../../core/take-spread.ts'
import { makePairs, type Pair, type Passage } from './make-pairs.ts'

/** What the worker is given. */
export type AdaptRequest = Readonly<{
  /** The model's folder, and the one to write the adapted model to. */
  folder: string
  out: string
  /** The file of its weights, below `onnx/`. */
  file: string
  pairs: readonly Pair[]
  unseen: readonly Pair[]
  leastGain: number
}>

/**
 * What came of it: `adapted`, with the mean reciprocal rank on unseen pairs of the corpus before and after; `no gain`, where
 * it would not rank them better; `too small`, for corpora that say too little; `not static`, for models with layers.
 */
export type AdaptReport =
  | Readonly<{ state: 'adapted' | 'no gain'; before: number; after: number }>
  | Readonly<{ state: 'too small' | 'not static' }>

/** Below these passages a corpus says too little about its words. */
const fewestPassages = 200
/** Every so many-th passage is kept aside to measure by, up to so many. */
const unseenEvery = 10
const mostUnseen = 500
/** Fewer decide nothing: duplicates and short passages give none. */
const fewestUnseen = 15
/** Pairs that are trained on: half a minute's work on one core. */
const mostPairs = 20_000
/** Passages that pairs are made of: some give none. */
const mostPassages = 20_000
/** Of the mean reciprocal rank on unseen pairs. */
const leastGain = 0.005

/** The pairs to train on and those to measure by, of different passages; texts that occur again count once. */
export function splitPairs(
  passages: readonly Passage[],
): Readonly<{ pairs: readonly Pair[]; unseen: readonly Pair[] }> {
  const single = [...new Map(passages.map((passage) => [passage.text, passage])).values()]
  const isUnseen = (_: Passage, i: number) => i % unseenEvery === unseenEvery - 1
  const learned = takeSpread(
    single.filter((passage, i) => !isUnseen(passage, i)),
    mostPassages,
  )
  return {
    pairs: takeSpread(learned.flatMap(makePairs), mostPairs),
    unseen: takeSpread(single.filter(isUnseen), mostUnseen).flatMap((passage) =>
      makePairs(passage).slice(0, 1),
    ),
  }
}

const script = new URL(`./adapt-worker${extname(import.meta.url)}`, import.meta.url)

/**
 * Goes on training a copy of a static model on the corpus itself, in a worker, and writes it to `out` if it ranks passages
 * that it has not seen better than before. Nothing is sent anywhere; the same corpus gives the same model.
 */
export function adaptModel(
  { folder, file, out }: Readonly<{ folder: string; file: string; out: string }>,
  passages: readonly Passage[],
): Promise<AdaptReport> {
  if (passages.length < fewestPassages) return Promise.resolve({ state: 'too small' })
  const split = splitPairs(passages)
  if (split.unseen.length < fewestUnseen) return Promise.resolve({ state: 'too small' })
  const request: AdaptRequest = { folder, file, out, leastGain, ...split }
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: request })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the worker ended without a report')))
  })
}
