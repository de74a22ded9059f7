/** Preloaded into a process apart, it fells it where it says to be in `CRASH_PHASE`, at the file `CRASH_FILE` if that is set. */
const send = process.send
if (send) {
  process.send = ((message: unknown, ...rest: unknown[]) => {
    const sent = Reflect.apply(send, process, [message, ...rest])
    const { kind, at = [] } = message as { kind?: string; at?: unknown[] }
    const { CRASH_PHASE, CRASH_FILE = at[3] } = process.env
    if (kind === 'progress' && at[0] === CRASH_PHASE && at[2] !== 0 && at[3] === CRASH_FILE)
      process.kill(process.pid, 'SIGSEGV')
    return sent
  }) as typeof send
}
