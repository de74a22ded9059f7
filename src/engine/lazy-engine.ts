import type { Engine } from './engine.ts'

/** An engine that is opened by its first statement. */
export interface LazyEngine extends Engine {
  /**
   * Has later statements open a new engine; the old one closes after its last statement. An engine keeps something of every
   * file that it ever read, also of those that are gone.
   */
  renew(): void
}

type Opened = { engine: Promise<Engine>; running: number; isOld: boolean }

/**
 * An engine that is opened by its first statement, so that a server can answer before anything heavy is loaded.
 * One that fails to open is tried again by the next statement.
 */
export function createLazyEngine(open: () => Promise<Engine>): LazyEngine {
  let current: Opened | undefined
  const closing = new Set<Promise<void>>()
  const find = (): Opened => {
    if (current) return current
    const opened: Opened = { engine: open(), running: 0, isOld: false }
    opened.engine.catch(() => {
      if (current === opened) current = undefined
    })
    current = opened
    return opened
  }
  const shut = ({ engine }: Opened) => {
    const closed: Promise<void> = engine
      .then((one) => one.close())
      .catch(() => {})
      .finally(() => closing.delete(closed))
    closing.add(closed)
  }
  return {
    run: async (statement, signal) => {
      const opened = find()
      opened.running += 1
      try {
        return await (await opened.engine).run(statement, signal)
      } finally {
        opened.running -= 1
        if (opened.isOld && opened.running === 0) shut(opened)
      }
    },
    renew: () => {
      const old = current
      if (!old) return
      current = undefined
      old.isOld = true
      if (old.running === 0) shut(old)
    },
    close: async () => {
      const last = current
      current = undefined
      const engine = await last?.engine.catch(() => undefined)
      await engine?.close()
      await Promise.all(closing)
    },
  }
}
