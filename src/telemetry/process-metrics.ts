import { version } from '../core/version.ts'
import type { Family } from './prometheus-text.ts'

const gauge = (name: string, help: string, value: number): Family => ({
  name,
  help,
  type: 'gauge',
  samples: [{ value }],
})

const startSeconds = Math.round(performance.timeOrigin) / 1000

function readCpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}

/** Memory, processor, age and version of this process, by the names that Prometheus's own libraries use. */
export const readProcessFamilies = (): readonly Family[] => [
  gauge('process_resident_memory_bytes', 'Resident memory size.', process.memoryUsage.rss()),
  {
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time.',
    type: 'counter',
    samples: [{ value: readCpuSeconds() }],
  },
  gauge('process_start_time_seconds', 'Start of the process since 1970.', startSeconds),
  gauge('process_uptime_seconds', 'Age of the process.', process.uptime()),
  {
    name: 'parquetry_build_info',
    help: 'Always 1; the labels say what is running.',
    type: 'gauge',
    samples: [
      {
        labels: [
          ['version', version],
          ['node', process.version],
        ],
        value: 1,
      },
    ],
  },
]

/** Values under the names of gauges. A name that Prometheus doesn't allow is left out. */
export const toGaugeFamilies = (gauges: Readonly<Record<string, number>>): readonly Family[] =>
  Object.entries(gauges)
    .filter(([name]) => /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name))
    .map(([name, value]) => gauge(name, `${name.replaceAll('_', ' ')}.`, value))
