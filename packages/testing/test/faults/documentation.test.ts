import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'

const read = (...path: string[]): string => readFileSync(join(__dirname, ...path), 'utf8')

it('the sample in the documentation of faults is the one that is run here', () => {
  const [, sample = 'no sample'] = read('sample.test.ts').split("import { expect, test } from '@jest/globals'\n")
  expect(read('..', '..', '..', '..', 'docs', 'testing-faults.md')).toContain(sample.trim())
})
