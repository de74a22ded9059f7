import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

type Entry = Readonly<{ version?: string; resolved?: string; optionalDependencies?: Record<string, string> }>

const text = readFileSync(resolve(import.meta.dirname, '../package-lock.json'), 'utf8')
const { packages } = JSON.parse(text) as { packages: Record<string, Entry> }

describe('package-lock.json', () => {
  it('has the native packages of every platform, so that npm ci accepts it and works everywhere', () => {
    const missing = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies).filter(
        (name) => packages[`node_modules/${name}`]?.version === undefined,
      ),
    )
    expect(missing).toEqual([])
    expect(Object.keys(packages)).toEqual(
      expect.arrayContaining(
        ['darwin-arm64', 'linux-arm64', 'linux-x64', 'win32-x64'].map(
          (at) => `node_modules/@duckdb/node-bindings-${at}`,
        ),
      ),
    )
  })

  it('names no registry', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([])
  })
})
