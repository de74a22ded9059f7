import { BlockList, isIP } from 'node:net'
import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { wholeNumber } from './whole-number.ts'

/** How the server is reached over HTTP. */
export type ServeConfig = Readonly<{
  host: string
  port: number
  /** How clients call it where something stands in front: scheme and host, without a path. */
  publicUrl: URL | undefined
  /** Proxies whose X-Forwarded-For is believed. */
  proxies: BlockList
  /** Requests per minute of each key. */
  perMinute: number
  /** Requests at a time of each key. */
  concurrent: number
  /** Largest body of a request in bytes. */
  maxBodyBytes: number
  /** Whether log lines have the arguments of calls. */
  logArguments: boolean
}>

export type ServeFlags = Readonly<{
  host?: string | undefined
  port?: string | undefined
  publicUrl?: string | undefined
  trustProxy?: string | undefined
}>

const schema = z.object({
  PARQUETRY_HOST: z.string().trim().min(1, 'is empty').max(253, 'is too long').default('127.0.0.1'),
  PARQUETRY_PORT: wholeNumber(0, 65_535, 8787),
  PARQUETRY_PUBLIC_URL: z.string().trim().max(2000, 'is too long').optional(),
  PARQUETRY_TRUST_PROXY: z.string().trim().max(2000, 'is too long').optional(),
  PARQUETRY_REQUESTS_PER_MINUTE: wholeNumber(1, 1_000_000, 100),
  PARQUETRY_CONCURRENT_REQUESTS: wholeNumber(1, 1_000, 4),
  PARQUETRY_MAX_BODY_KB: wholeNumber(1, 102_400, 1_024),
  PARQUETRY_LOG_ARGUMENTS: z.enum(['0', '1', 'true', 'false', '']).default('0'),
})

const bad = (path: string, actual: unknown, message: string, next: string) =>
  new AppError({ code: 'invalid_argument', message: `${path} ${message}.`, path, actual, next })

function parsePublicUrl(text: string | undefined): URL | undefined {
  if (!text) return undefined
  const name = 'PARQUETRY_PUBLIC_URL'
  const url = URL.parse(text)
  const isPlain =
    url &&
    /^https?:$/.test(url.protocol) &&
    url.pathname === '/' &&
    !url.search &&
    !url.hash &&
    !url.username &&
    !url.password
  if (!isPlain)
    throw bad(
      name,
      text,
      'is no address of a server',
      'Give scheme and host, e.g. https://parquetry.example.com.',
    )
  return url
}

function parseProxies(text: string | undefined): BlockList {
  const proxies = new BlockList()
  for (const entry of (text ?? '').split(',').map((part) => part.trim())) {
    if (entry === '') continue
    const [address = '', prefix] = entry.split('/')
    const family = isIP(address)
    const bits = prefix === undefined ? undefined : Number(prefix)
    const isSize = bits === undefined || (/^\d+$/.test(prefix ?? '') && bits <= (family === 6 ? 128 : 32))
    if (family === 0 || !isSize)
      throw bad(
        'PARQUETRY_TRUST_PROXY',
        entry,
        'is no list of addresses',
        'Give addresses or networks, e.g. 127.0.0.1,10.0.0.0/8.',
      )
    const type = family === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) proxies.addAddress(address, type)
    else proxies.addSubnet(address, bits, type)
  }
  return proxies
}

/** How to serve: flags first, then the environment, then defaults. Throws `invalid_argument`. */
export function parseServeConfig(
  { host, port, publicUrl, trustProxy }: ServeFlags,
  environment: Readonly<Record<string, string | undefined>>,
): ServeConfig {
  const given: typeof environment = {
    ...environment,
    ...(host !== undefined && { PARQUETRY_HOST: host }),
    ...(port !== undefined && { PARQUETRY_PORT: port }),
    ...(publicUrl !== undefined && { PARQUETRY_PUBLIC_URL: publicUrl }),
    ...(trustProxy !== undefined && { PARQUETRY_TRUST_PROXY: trustProxy }),
  }
  const parsed = schema.safeParse(given)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const name = String(issue?.path[0])
    throw bad(name, given[name], `is not usable: ${issue?.message}`, `Correct ${name} or its flag.`)
  }
  const values = parsed.data
  return {
    host: values.PARQUETRY_HOST.replace(/^\[(.*)\]$/, '$1'),
    port: values.PARQUETRY_PORT,
    publicUrl: parsePublicUrl(values.PARQUETRY_PUBLIC_URL),
    proxies: parseProxies(values.PARQUETRY_TRUST_PROXY),
    perMinute: values.PARQUETRY_REQUESTS_PER_MINUTE,
    concurrent: values.PARQUETRY_CONCURRENT_REQUESTS,
    maxBodyBytes: values.PARQUETRY_MAX_BODY_KB * 1024,
    logArguments: ['1', 'true'].includes(values.PARQUETRY_LOG_ARGUMENTS),
  }
}
