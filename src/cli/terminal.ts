import { styleText } from 'node:util'
import { SingleBar } from 'cli-progress'
import type { Progress } from '../core/progress.ts'

/** Where a command writes for people: a bar on a terminal, plain lines elsewhere. */
export type Terminal = Readonly<{
  line(text?: string): void
  /** Emphasis; plain text where the output is no terminal, or NO_COLOR is set. */
  bold(text: string): string
  dim(text: string): string
  accent(text: string): string
  /** Runs work while its progress is shown. */
  during<T>(work: (progress: Progress) => Promise<T>): Promise<T>
}>

type Shown = Readonly<{ progress: Progress; end(): void }>

/** Nothing is foretold sooner, or of fewer steps. */
const leastSeconds = 1
const leastSteps = 10

/** How fast the steps of a phase are done, and how long the rest will take: `, 1,234/s,` and `, 5 s left`. */
export function toPace(
  done: number,
  total: number,
  seconds: number,
): Readonly<{ rate: string; remaining: string }> {
  if (seconds < leastSeconds || total < leastSteps || done <= 0) return { rate: '', remaining: '' }
  const pace = done / seconds
  const left = Math.max(total - done, 0) / pace
  return {
    rate: `, ${pace < 10 ? pace.toFixed(1) : formatCount(Math.round(pace))}/s,`,
    remaining:
      left < 1 ? '' : `, ${left < 90 ? `${Math.round(left)} s` : `${Math.round(left / 60)} min`} left`,
  }
}

function createBars(stream: NodeJS.WriteStream): Shown {
  const bar = new SingleBar({
    format: '  {phase} {bar} {value}/{total}{rate} {duration_formatted}{remaining}',
    stream,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 30,
  })
  let current = ''
  let started = 0
  return {
    progress: (phase, done, total) => {
      if (phase !== current) {
        if (current) bar.stop()
        bar.start(total, Math.floor(done), { phase: phase.padEnd(18), rate: '', remaining: '' })
        current = phase
        started = performance.now()
      }
      bar.update(Math.floor(done), toPace(done, total, (performance.now() - started) / 1_000))
    },
    end: () => bar.stop(),
  }
}

function createLines(write: (text: string) => void): Shown {
  let current = ''
  return {
    progress: (phase, _done, total) => {
      if (phase === current) return
      current = phase
      write(`  ${phase} (${total})\n`)
    },
    end: () => {},
  }
}

export function createTerminal(stream: NodeJS.WriteStream): Terminal {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exitCode = 0
  })
  const style = (format: 'bold' | 'dim' | 'cyan') => (text: string) => styleText(format, text, { stream })
  return {
    line: (text = '') => stream.write(`${text}\n`),
    bold: style('bold'),
    dim: style('dim'),
    accent: style('cyan'),
    during: async (work) => {
      const shown = stream.isTTY ? createBars(stream) : createLines((text) => stream.write(text))
      const onInterrupt = () => {
        shown.end()
        stream.write('\nStopped. Nothing is lost: run the command again to go on.\n')
        process.exit(130)
      }
      process.once('SIGINT', onInterrupt)
      try {
        return await work(shown.progress)
      } finally {
        process.removeListener('SIGINT', onInterrupt)
        shown.end()
      }
    },
  }
}

const widthElsewhere = 120
const narrowest = 60

/** How many characters to print on a line: as many as the terminal shows, within reason; else a page's. */
export const findLineWidth = (): number => Math.max(process.stdout.columns ?? widthElsewhere, narrowest)

const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** Bytes as people read them: `1.2 MB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1)
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}

/** Milliseconds as people read them: `12 ms`, `3.4 s`. */
export const formatMs = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`

/** A count with thousands separated: `1,234,567`. */
export const formatCount = (count: number): string => count.toLocaleString('en-GB')

/** A count of files: `1 file`, `62 files`. */
export const formatFiles = (count: number): string =>
  `${formatCount(count)} ${count === 1 ? 'file' : 'files'}`
