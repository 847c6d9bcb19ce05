/**
 * One configuration, several projects: unit tests in process, those of them that go through all there is and therefore run once, on one
 * Node, then black-box suites one file at a time.
 */
const shared = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' }, sourceMaps: 'inline' }
    ]
  },
  moduleNameMapper: {
    '^net-ts-protocol-kit$': '<rootDir>/packages/net-ts-protocol-kit/src/index.ts',
    '^@rocketmq-ts/remoting/wire$': '<rootDir>/packages/remoting/src/wire/index.ts',
    '^@rocketmq-ts/([a-z]+)$': '<rootDir>/packages/$1/src/index.ts'
  },
  setupFiles: ['<rootDir>/scripts/jest-setup.cjs'],
  modulePathIgnorePatterns: ['<rootDir>/packages/[^/]+/dist/', '<rootDir>/.official/', '<rootDir>/.build/']
}

const project = (displayName, testMatch, more = {}) => ({ ...shared, displayName, testMatch, ...more })

module.exports = {
  projects: [
    project('unit', ['<rootDir>/packages/*/test/**/*.test.ts', '<rootDir>/test/**/*.test.ts', '<rootDir>/benchmarks/test/**/*.test.ts'], {
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/packages/[^/]+/test/exhaustive/']
    }),
    project('exhaustive', ['<rootDir>/packages/*/test/exhaustive/**/*.test.ts']),
    project('official', ['<rootDir>/integration/official/**/*.test.ts']),
    project('contract', ['<rootDir>/integration/contract/**/*.test.ts']),
    project('interop', ['<rootDir>/integration/interop/**/*.test.ts']),
    project('faults', ['<rootDir>/integration/faults/**/*.test.ts']),
    project('packages', ['<rootDir>/integration/packages/**/*.test.ts']),
    project('examples', ['<rootDir>/integration/examples/**/*.test.ts'])
  ],
  testTimeout: 30_000
}
