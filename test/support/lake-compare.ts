import { services } from '../../src/catalog/catalog.ts'
import type { Manifest } from '../../src/lake/manifest.ts'
import { type LakeWorld, toSnapshot } from './lake-world.ts'

/** A published state and the folder that its files are in. */
export type LakeState = Readonly<{ manifest: Manifest; lakeDir: string }>

/** Every row of a table as one text, so that rows with maps and lists compare too. */
const rowsOf = ({ manifest, lakeDir }: LakeState, service: (typeof services)[number]) => {
  const snapshot = toSnapshot(manifest, lakeDir)
  const names = [...snapshot.columns(service).map(({ name }) => name), ...service.nestedColumns].sort()
  const list = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ')
  return `SELECT '${names.join(' ').replaceAll("'", "''")}' AS columns, CAST(row(${list}) AS VARCHAR) AS line FROM (${snapshot.relation(service)})`
}

/** The tables whose rows differ between two states, with up to three rows of each side; empty where they are equal. */
export async function findDifferences(
  world: Pick<LakeWorld, 'query'>,
  a: LakeState,
  b: LakeState,
): Promise<readonly string[]> {
  const found: string[] = []
  for (const service of services) {
    const [left, right] = [rowsOf(a, service), rowsOf(b, service)]
    const rows = await world.query(`SELECT * FROM (
  (SELECT 'only first' AS side, line FROM (${left} EXCEPT ALL ${right}) LIMIT 3)
  UNION ALL
  (SELECT 'only second' AS side, line FROM (${right} EXCEPT ALL ${left}) LIMIT 3)
)`)
    found.push(...rows.map((row) => `${service.name}: ${row['side']}: ${row['line']}`))
  }
  return found
}
