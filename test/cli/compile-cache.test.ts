import { execFile } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const cache = resolve(root, 'node_modules/.cache/parquetry')

it('what is compiled is kept beside the code, where nobody else may write', async () => {
  await promisify(execFile)(process.execPath, [resolve(root, 'src/main.ts'), '--version'])
  const folders = [cache, ...(await readdir(cache)).map((name) => resolve(cache, name))]
  expect(folders.length).toBeGreaterThan(1)
  for (const folder of folders) {
    const [own, ours] = await Promise.all([stat(folder), stat(resolve(root, 'node_modules'))])
    expect(own.uid).toBe(ours.uid)
    expect(own.mode & 0o022 & ~ours.mode).toBe(0)
  }
})
