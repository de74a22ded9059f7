import { existsSync } from 'node:fs'
import { basename, delimiter, relative, resolve, sep } from 'node:path'
import { AppError } from '../core/errors.ts'

/** A folder with documentation: its name, and what stands in front of links into it. */
export type DocsFolder = Readonly<{ name: string; folder: string; url: string | undefined }>

const corpusName = 'docs-corpus'

/** The corpus of the working folder, or else the one that comes with the program. */
function findDefault(): string {
  const here = resolve(corpusName)
  return existsSync(here) ? here : resolve(import.meta.dirname, '../..', corpusName)
}

/** `a:b` → both, on Windows `a;b`; a folder that has the separator in its name stands alone. */
function splitFolders(value: string): readonly string[] {
  if (existsSync(value)) return [resolve(value)]
  const parts = value
    .split(delimiter)
    .map((part) => part.trim())
    .filter((part) => part !== '')
  return parts.map((part) => resolve(part))
}

const isWithin = (inner: string, outer: string) => {
  const way = relative(outer, inner)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(outer, way) !== way)
}

/** Each folder by its last part, with a number behind it where another before it has the same. */
function nameFolders(folders: readonly string[]): readonly string[] {
  const names: string[] = []
  for (const folder of folders) {
    const base = basename(resolve(folder)) || 'docs'
    let name = base
    for (let number = 2; names.includes(name); number++) name = `${base}-${number}`
    names.push(name)
  }
  return names
}

function refuse(name: string, actual: string, why: string): never {
  throw new AppError({
    code: 'invalid_argument',
    message: `${name} is not usable: ${why}.`,
    path: name,
    actual,
    next: `Correct ${name}, or unset it to use the default.`,
  })
}

function parseUrls(text: string, folders: number): readonly (string | undefined)[] {
  const urls = text.split(',').map((url) => url.trim())
  const isUrl = (url: string) => /^https?:$/.test(URL.parse(url)?.protocol ?? '')
  if (text === '' || urls.some((url) => url !== '' && !isUrl(url)))
    refuse('PARQUETRY_DOCS_URL', text, 'it is not an http or https address')
  if (urls.length !== folders)
    refuse(
      'PARQUETRY_DOCS_URL',
      text,
      `it has ${urls.length} addresses for ${folders} folders; commas separate them, and one may be empty`,
    )
  return urls.map((url) => url || undefined)
}

/**
 * The documentation that `PARQUETRY_DOCS` names, one folder or several, with the addresses of `PARQUETRY_DOCS_URL`, as
 * many, separated by commas, an empty one for none. Throws `invalid_argument` for a folder within another, for addresses
 * that are none, and for another number of them.
 */
export function parseDocs(value: string | undefined, addresses: string | undefined): readonly DocsFolder[] {
  const folders = [...new Set(value === undefined ? [findDefault()] : splitFolders(value))]
  if (folders.length === 0) refuse('PARQUETRY_DOCS', value ?? '', 'it names no folder')
  for (const inner of folders) {
    const outer = folders.find((other) => other !== inner && isWithin(inner, other))
    if (outer !== undefined)
      refuse('PARQUETRY_DOCS', value ?? '', `${inner} lies within ${outer}, which is indexed whole`)
  }
  const urls = addresses === undefined ? [] : parseUrls(addresses, folders.length)
  const names = nameFolders(folders)
  return folders.map((folder, i) => ({ name: names[i] ?? '', folder, url: urls[i] }))
}
