/** The load generator, a process of its own: does the jobs that it is sent, one after the other. */
import { type Connection, openConnection } from './connection.ts'

/** So many clients that each send the request again as soon as it is answered, for so many ms. */
export type LoadJob = Readonly<{ port: number; request: string; clients: number; ms: number }>

export type LoadResult = Readonly<{
  elapsedMs: number
  /** Of each call, in ms. */
  latencies: Float64Array
  /** Processor time of the generator itself. */
  cpuMs: number
}>

/** Where an answer that is an error says so; further on, the word may stand in a schema. */
const headLength = 64

const isError = (body: Buffer) =>
  body.includes('"isError":true') || body.subarray(0, headLength).includes('"error":{')

async function drive(connection: Connection, request: Buffer, until: number): Promise<readonly number[]> {
  const latencies: number[] = []
  for (let now = performance.now(); now < until; ) {
    const body = await connection.ask(request)
    if (isError(body)) throw new Error(`an error: ${body.toString().slice(0, 500)}`)
    const ended = performance.now()
    latencies.push(ended - now)
    now = ended
  }
  return latencies
}

async function run({ port, request, clients, ms }: LoadJob): Promise<LoadResult> {
  const connections = await Promise.all(Array.from({ length: clients }, () => openConnection(port)))
  const bytes = Buffer.from(request)
  const cpu = process.cpuUsage()
  const started = performance.now()
  const latencies = await Promise.all(
    connections.map((connection) => drive(connection, bytes, started + ms)),
  ).finally(() => {
    for (const connection of connections) connection.close()
  })
  const { user, system } = process.cpuUsage(cpu)
  return {
    elapsedMs: performance.now() - started,
    latencies: Float64Array.from(latencies.flat()),
    cpuMs: (user + system) / 1000,
  }
}

process.on('message', async (job: LoadJob) => {
  const answer = await run(job).then(
    (result) => ({ result }),
    (error: unknown) => ({ fault: String(error) }),
  )
  process.send?.(answer)
})
