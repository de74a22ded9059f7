import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // What the programs print is read as text: a colour that the surroundings force would be in the way.
    env: { FORCE_COLOR: '0' },
    globalSetup: ['test/support/sample-setup.ts'],
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
  },
})
