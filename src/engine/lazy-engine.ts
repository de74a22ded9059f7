import type { Engine } from './engine.ts'

/** An engine that is opened by its first statement. */
export interface LazyEngine extends Engine {
  /**
   * Has later statements open a new engine; the old one closes after its last statement. An engine keeps something of every
   * file that it ever read, also of those that are gone.
   */
  renew(): void
}

type Opened = { engine: Promise<Engine>; running: number; isOld: boolean; closed?: Promise<void> }

/**
 * An engine that is opened by its first statement, so that a server can answer before anything heavy is loaded.
 * One that fails to open is tried again by the next statement.
 */
export function createLazyEngine(open: () => Promise<Engine>): LazyEngine {
  let current: Opened | undefined
  const all = new Set<Opened>()
  const find = (): Opened => {
    if (current) return current
    const opened: Opened = { engine: open(), running: 0, isOld: false }
    opened.engine.catch(() => {
      all.delete(opened)
      if (current === opened) current = undefined
    })
    all.add(opened)
    current = opened
    return opened
  }
  const shut = (opened: Opened): Promise<void> => {
    opened.closed ??= opened.engine
      .then(
        (engine) => engine.close(),
        () => {},
      )
      .finally(() => all.delete(opened))
    return opened.closed
  }
  /** A failure to tidy up after an old engine is nobody's who asks of the new one. */
  const shutOld = (opened: Opened) => void shut(opened).catch(() => {})
  return {
    run: async (statement, signal) => {
      const opened = find()
      opened.running += 1
      try {
        return await (await opened.engine).run(statement, signal)
      } finally {
        opened.running -= 1
        if (opened.isOld && opened.running === 0) shutOld(opened)
      }
    },
    renew: () => {
      const old = current
      if (!old) return
      current = undefined
      old.isOld = true
      if (old.running === 0) shutOld(old)
    },
    close: async () => {
      current = undefined
      await Promise.all([...all].map(shut))
    },
  }
}
