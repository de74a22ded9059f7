import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../src')

/**
 * The architecture, as a table that can't become stale: what each room may import at run time, and of which rooms it
 * may know the types only. A room is a folder of src/, or one of the files at its top.
 */
const rooms: Readonly<Record<string, { uses: readonly string[]; types?: readonly string[] }>> = {
  core: { uses: [] },
  auth: { uses: ['core'] },
  catalog: { uses: ['core'] },
  engine: { uses: ['core'] },
  definitions: { uses: ['core', 'catalog'] },
  exports: { uses: ['core', 'catalog', 'engine'] },
  lake: { uses: ['core', 'catalog', 'exports', 'engine'] },
  statistics: { uses: [] },
  query: { uses: ['core', 'catalog', 'statistics'], types: ['engine'] },
  knowledge: { uses: ['core'] },
  traces: { uses: ['core'] },
  telemetry: { uses: ['core'] },
  samples: { uses: ['core', 'catalog', 'engine'] },
  config: { uses: ['core'] },
  'runtime.ts': { uses: ['core', 'definitions', 'engine', 'lake', 'knowledge'], types: ['config'] },
  tools: {
    uses: ['core', 'catalog', 'query', 'traces'],
    types: ['runtime.ts', 'config', 'definitions', 'lake', 'engine', 'knowledge'],
  },
  resources: { uses: ['core', 'catalog', 'tools'] },
  prompts: { uses: ['resources'], types: ['tools'] },
  'groups.ts': { uses: ['auth', 'runtime.ts'], types: ['config'] },
  server: {
    uses: ['core', 'auth', 'catalog', 'tools', 'resources', 'prompts'],
    types: ['runtime.ts', 'groups.ts', 'config', 'telemetry'],
  },
  cli: {
    uses: [
      'core',
      'auth',
      'catalog',
      'config',
      'runtime.ts',
      'groups.ts',
      'server',
      'telemetry',
      'samples',
      'exports',
      'lake',
      'knowledge',
      'engine',
    ],
  },
  'main.ts': { uses: ['cli'] },
}

/** Where each npm package may be imported at run time: a file, or a folder that ends in `/`. */
const packages: Readonly<Record<string, readonly string[]>> = {
  '@bufbuild/protobuf': ['exports/formats/decode-protobuf.ts', 'knowledge/embedding/static/onnx-table.ts'],
  '@duckdb/node-api': ['engine/duckdb/'],
  '@huggingface/tokenizers': ['knowledge/embedding/static/open-tokenise.ts'],
  '@huggingface/transformers': ['knowledge/embedding/transformers-embedder.ts'],
  '@lancedb/lancedb': ['knowledge/store/chunk-table.ts'],
  '@opentelemetry/api': ['telemetry/otlp-exporter.ts'],
  '@opentelemetry/core': ['telemetry/otlp-exporter.ts'],
  '@opentelemetry/exporter-metrics-otlp-http': ['telemetry/otlp-exporter.ts'],
  '@opentelemetry/exporter-trace-otlp-http': ['telemetry/otlp-exporter.ts'],
  '@opentelemetry/resources': ['telemetry/otlp-exporter.ts'],
  '@opentelemetry/sdk-metrics': ['telemetry/otlp-exporter.ts'],
  '@opentelemetry/sdk-trace': ['telemetry/otlp-exporter.ts'],
  'apache-arrow': ['knowledge/store/chunk-table.ts'],
  jose: ['auth/tokens.ts'],
  'mdast-util-to-string': ['knowledge/markdown/parse-markdown.ts'],
  'remark-frontmatter': ['knowledge/markdown/parse-markdown.ts'],
  'remark-gfm': ['knowledge/markdown/parse-markdown.ts'],
  'remark-parse': ['knowledge/markdown/parse-markdown.ts'],
  unified: ['knowledge/markdown/parse-markdown.ts'],
  yaml: ['core/yaml/read-yaml.ts'],
  zod: [
    'config/config.ts',
    'config/serve-config.ts',
    'config/whole-number.ts',
    'definitions/',
    'exports/mapping/mapping-schema.ts',
    'query/request/',
    'lake/manifest.ts',
    'knowledge/store/chunk-table.ts',
    'knowledge/store/corpus-facts.ts',
    'knowledge/store/current-index.ts',
    'tools/',
    'server/register-prompts.ts',
  ],
  '@modelcontextprotocol/server': ['server/'],
  '@modelcontextprotocol/client': ['cli/demo/'],
  commander: ['cli/run-command-line.ts'],
  'cli-progress': ['cli/terminal.ts'],
}

type Import = Readonly<{ file: string; target: string; isType: boolean }>

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .sort()

const statement = /^(?:import|export)\s+(type\s+)?(?:([^'"]*?)\s+from\s+)?['"]([^'"]+)['"]/gm
const dynamic = /\bimport\(['"]([^'"]+)['"]\)/g

/** `import { type A, type B } from` imports nothing at run time. */
const isAllTypes = (names: string | undefined) => {
  const inner = /^\{([\s\S]*)\}$/.exec(names?.trim() ?? '')?.[1]
  const list = inner?.split(',').filter((name) => name.trim() !== '') ?? []
  return list.length > 0 && list.every((name) => name.trim().startsWith('type '))
}

function listImports(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const still = [...text.matchAll(statement)].map(([, type, names, target = '']) => ({
    file,
    target,
    isType: type !== undefined || isAllTypes(names),
  }))
  const lazy = [...text.matchAll(dynamic)].map(([, target = '']) => ({ file, target, isType: false }))
  return [...still, ...lazy]
}

const imports = files.flatMap(listImports)
const isRelative = ({ target }: Import) => target.startsWith('.')
const toFile = ({ file, target }: Import) => relative(root, resolve(root, dirname(file), target))
const toRoom = (file: string) => file.split('/')[0] ?? ''
const toPackage = (target: string) =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')

describe('borders', () => {
  it('finds the sources and their imports', () => {
    expect(files.length).toBeGreaterThan(50)
    expect(imports.length).toBeGreaterThan(files.length)
  })

  it('keeps every file in a room of the table', () => {
    expect(files.filter((file) => !(toRoom(file) in rooms))).toEqual([])
  })

  it('imports only from rooms that the table allows', () => {
    const forbidden = imports
      .filter((entry) => isRelative(entry) && !toFile(entry).startsWith('..'))
      .filter((entry) => {
        const from = toRoom(entry.file)
        const to = toRoom(toFile(entry))
        const allowed = [...(rooms[from]?.uses ?? []), ...(entry.isType ? (rooms[from]?.types ?? []) : [])]
        return from !== to && !allowed.includes(to)
      })
      .map((entry) => `${entry.file} -> ${toFile(entry)}`)
    expect(forbidden).toEqual([])
  })

  it('reaches outside src for the package description only', () => {
    const outside = imports.filter((entry) => isRelative(entry) && toFile(entry).startsWith('..'))
    expect(outside.map((entry) => `${entry.file} -> ${toFile(entry)}`)).toEqual([
      'core/version.ts -> ../package.json',
    ])
  })

  it('imports each npm package in its one place only', () => {
    const misplaced = imports
      .filter(({ target, isType }) => !isType && !target.startsWith('.') && !target.startsWith('node:'))
      .filter(({ file, target }) => {
        const places = packages[toPackage(target)] ?? []
        return !places.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place))
      })
      .map(({ file, target }) => `${file} -> ${target}`)
    expect(misplaced).toEqual([])
  })

  it('has no import cycle', () => {
    const graph = Map.groupBy(
      imports.filter((entry) => isRelative(entry) && !entry.isType),
      ({ file }) => file,
    )
    const done = new Set<string>()
    const cycles: string[] = []
    const visit = (file: string, path: readonly string[]) => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      if (done.has(file) || path.includes(file)) return
      for (const entry of graph.get(file) ?? []) visit(toFile(entry), [...path, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
    expect(cycles).toEqual([])
  })

  it('has no `export *`, no `any`, and no file over 300 lines', () => {
    const texts = files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
    expect(texts.filter(({ text }) => /^export \*/m.test(text)).map(({ file }) => file)).toEqual([])
    expect(
      texts.filter(({ text }) => /@ts-(ignore|nocheck|expect-error)/.test(text)).map(({ file }) => file),
    ).toEqual([])
    expect(texts.filter(({ text }) => text.split('\n').length > 300).map(({ file }) => file)).toEqual([])
  })

  it('lets the command line alone end the process, and what is a process of its own', () => {
    const exits = files.filter((file) =>
      /process\.(exit\(|exitCode)/.test(readFileSync(join(root, file), 'utf8')),
    )
    expect(
      exits.filter((file) => file !== 'main.ts' && !file.endsWith('-process.ts') && !file.startsWith('cli/')),
    ).toEqual([])
  })
})
