import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from '@jest/globals'

const folder = resolve(__dirname, '..', 'docs', 'decisions')
const files = readdirSync(folder).sort()

describe('decisions', () => {
  it('have numbers, one after the other', () => {
    const numbers = files.map((file) => /^(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1] ?? file)
    expect(numbers).toEqual(files.map((_, at) => String(at + 1).padStart(4, '0')))
  })

  it.each(files)('say context, decision and consequence: %s', (file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    for (const heading of ['# ', '**Context.**', '**Decision.**', '**Consequence.**']) expect(text).toContain(heading)
  })
})
