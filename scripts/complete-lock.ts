import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Adds to package-lock.json the platform packages that the registry at hand doesn't have. `npm install` leaves them out
 * silently, and then neither does `npm ci` accept the lock nor do other platforms get their native modules.
 * Run it after every change of dependencies: `npm run lock`.
 */
type Entry = {
  version?: string
  optional?: boolean
  dev?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}
type Lock = { packages: Record<string, Entry> }

const path = 'package-lock.json'
const lock = JSON.parse(readFileSync(path, 'utf8')) as Lock

const systems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]
const processors = ['arm64', 'x64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'arm']

/** What a platform package's name says of where it belongs: `@x/cli-linux-arm64-musl`. */
function toPlatform(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> {
  const os = systems.find((system) => name.includes(system))
  const cpu = processors.find((processor) => name.includes(processor))
  const libc =
    os === 'linux' ? (name.includes('musl') ? 'musl' : /gnu/.test(name) ? 'glibc' : undefined) : undefined
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }), ...(libc && { libc: [libc] }) }
}

const missing = Object.values(lock.packages).flatMap((owner) =>
  Object.entries(owner.optionalDependencies ?? {})
    .filter(([name]) => lock.packages[`node_modules/${name}`] === undefined)
    .map(([name, version]) => ({ name, version, isDev: owner.dev === true })),
)

for (const { name, version, isDev } of missing) {
  lock.packages[`node_modules/${name}`] = {
    version,
    ...(isDev && { dev: true }),
    optional: true,
    ...toPlatform(name),
  }
}

const [root, ...rest] = Object.entries(lock.packages)
const sorted = rest.sort(([a], [b]) => a.localeCompare(b, 'en'))
lock.packages = Object.fromEntries(root ? [root, ...sorted] : sorted)
writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`)
process.stdout.write(`${missing.length} platform packages added\n`)
