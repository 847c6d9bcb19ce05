import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { Command } from './command'
import { built, COMMAND_MS, commandsOf, Example, exampleNames, examplesFolder } from './example'

describe('an example', () => {
  afterAll(() => Command.killAll())

  it.each(exampleNames)('%s is a folder to copy: private, exact versions, TypeScript settings of its own', (name) => {
    const { private: isPrivate, dependencies = {}, devDependencies = {} } = JSON.parse(text(name, 'package.json'))
    expect(isPrivate).toBe(true)
    const ranges = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))
    expect(ranges).toEqual([])
    expect(Object.keys(JSON.parse(text(name, 'tsconfig.json'))).sort()).toEqual(['compilerOptions', 'include'])
  })

  it.each(exampleNames)('%s is in the table of all examples, and says how it is installed and built', (name) => {
    expect(readFileSync(join(examplesFolder, 'README.md'), 'utf8')).toContain(`[${name}](${name})`)
    expect(commandsOf(name)).toEqual(expect.arrayContaining(['npm install', 'npm run build']))
  })

  it.each(['nestjs', 'tested-service-jest'])(
    '%s passes its own tests',
    async (name) => {
      await built(name)
      const { code, output } = await new Example(name).run('npm test')
      expect({ code, output }).toEqual({
        code: 0,
        output: expect.stringMatching(/^((#|ℹ) pass [1-9]|Tests: +[1-9]\d* passed, \d+ total$)/m)
      })
    },
    2 * COMMAND_MS
  )
})

function text(name: string, file: string): string {
  return readFileSync(join(examplesFolder, name, file), 'utf8')
}
