import { listIndexFiles, type Manifest } from '../manifest.ts'
import type { Check } from './check.ts'
import { listLakeFiles } from './list-lake-files.ts'

/** The files that the manifest names are there, as long as it says, each named once, in its table's and day's folder; and no others. */
export function checkFiles(lakeDir: string, manifest: Manifest): Check {
  const found = new Map(listLakeFiles(lakeDir, manifest).map((file) => [file.file, file]))
  const { partitions } = manifest
  const indexes = listIndexFiles(manifest.sources)
  const named = [...partitions.map(({ file }) => file), ...indexes]
  const missing = named.filter((file) => !found.has(file))
  const otherSize = partitions.filter(
    ({ file, bytes }) => found.has(file) && found.get(file)?.bytes !== bytes,
  )
  const twice = [...Map.groupBy(named, (file) => file)].flatMap(([file, all]) =>
    all.length > 1 ? [file] : [],
  )
  const misplaced = partitions.filter(({ table, day, file }) => !file.startsWith(`${table}/day=${day}/`))
  const unnamed = [...found.values()].filter(({ use }) => use === 'unnamed')
  return {
    name: 'files',
    about: 'every file that the manifest names is there and whole, and there are no others',
    figures: {
      named: named.length,
      missing: missing.length,
      otherSize: otherSize.length,
      namedTwice: twice.length,
      misplaced: misplaced.length,
      unnamed: unnamed.length,
    },
    differences: [
      ...missing.map((file) => `${file} is missing`),
      ...otherSize.map(
        ({ file, bytes }) => `${file} has ${found.get(file)?.bytes} bytes, the manifest says ${bytes}`,
      ),
      ...twice.map((file) => `${file} is named twice`),
      ...misplaced.map(({ table, day, file }) => `${file} is named as ${table} of ${day}`),
      ...unnamed.map(({ file }) => `${file} is not named by the manifest`),
    ],
  }
}
