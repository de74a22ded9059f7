/** What is written to a stream while something is done. */
export async function capture(name: 'stdout' | 'stderr', work: () => Promise<unknown>): Promise<string> {
  const stream = process[name]
  const { write } = stream
  const listeners = stream.listeners('error')
  let text = ''
  stream.write = (chunk: string | Uint8Array) => {
    text += String(chunk)
    return true
  }
  try {
    await work()
    return text
  } finally {
    stream.write = write
    for (const each of stream.listeners('error').filter((listener) => !listeners.includes(listener)))
      stream.removeListener('error', each as () => void)
  }
}
