import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { findUsage, type ModelSpec, type WeightType, weightFiles } from './model-spec.ts'

/** The model that ships with Parquetry. */
export const bundledFolder = resolve(import.meta.dirname, '../../../models/parquetry-static')

const toError = (text: string, problem: string) =>
  new AppError({
    code: 'invalid_argument',
    message: `The embedder ${JSON.stringify(text)} can not be used: ${problem}.`,
    path: 'PARQUETRY_EMBEDDER',
    actual: text,
    expected:
      '`bundled`, a folder with a model (./models/mine), or a model of the Hugging Face hub (Xenova/bge-small-en-v1.5)',
    next: 'Correct PARQUETRY_EMBEDDER, or unset it to use the model that ships with Parquetry.',
  })

const isWeightType = (text: string): text is WeightType => Object.hasOwn(weightFiles, text)

const isFolder = (text: string) => /^(\.{1,2}([/\\]|$)|~([/\\]|$))/.test(text) || isAbsolute(text)

const toFolder = (text: string) => (text.startsWith('~') ? join(homedir(), text.slice(1)) : resolve(text))

/** A name on the hub: no dots alone, nothing that could leave the folder in which models are kept. */
const hubName = /^[\w-][\w.-]{0,95}\/[\w-][\w.-]{0,95}$/
const revisionName = /^[\w][\w.-]{0,99}$/

/**
 * What a text names: `bundled`; a folder; or a model of the hub as `owner/name[@revision]`. The last two may end in
 * `#weights`, one of fp32, fp16, q8 (default), int8, uint8. Throws `invalid_argument`.
 */
export function parseEmbedderName(text: string): ModelSpec {
  const [place = '', weights = 'q8', ...rest] = text.trim().split('#')
  if (rest.length > 0) throw toError(text, 'it has more than one #')
  if (!isWeightType(weights))
    throw toError(text, `the weights are none of ${Object.keys(weightFiles).join(', ')}`)
  if (place === 'bundled')
    return { name: place, folder: bundledFolder, revision: '', weights: 'q8', usage: findUsage(place) }
  if (isFolder(place)) {
    const folder = toFolder(place)
    return { name: folder, folder, revision: '', weights, usage: findUsage(folder) }
  }
  const [name = '', revision = 'main', ...more] = place.split('@')
  if (more.length > 0 || !revisionName.test(revision)) throw toError(text, 'the revision is not one')
  if (!hubName.test(name) || name.includes('..')) throw toError(text, 'it is neither a folder nor owner/name')
  return { name, folder: undefined, revision, weights, usage: findUsage(name) }
}
