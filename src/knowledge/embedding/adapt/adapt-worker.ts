import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { modelFiles, weightFiles } from '../model-spec.ts'
import { writeStaticModel } from '../static/onnx-table.ts'
import { openStaticModel } from '../static/static-embedder.ts'
import type { AdaptReport, AdaptRequest } from './adapt-model.ts'
import { adaptTable } from './adapt-table.ts'

async function adapt({ folder, file, out, pairs, unseen, leastGain }: AdaptRequest): Promise<AdaptReport> {
  const model = await openStaticModel(folder, file)
  if (!model) return { state: 'not static' }
  const { table, before, after } = adaptTable(model.table, model.tokenise, { pairs, unseen })
  if (after - before < leastGain) return { state: 'no gain', before, after }
  await mkdir(join(out, 'onnx'), { recursive: true })
  for (const file of modelFiles) await copyFile(join(folder, file), join(out, file))
  await writeFile(join(out, 'onnx', weightFiles.q8), writeStaticModel(table))
  return { state: 'adapted', before, after }
}

parentPort?.postMessage(await adapt(workerData as AdaptRequest))
